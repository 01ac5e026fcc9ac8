import { describe, expect, it } from 'vitest';
import { runFinishedReply, runProgressReply, secondsLeft } from '../../../src/messages/replies/progress.js';
import { pausedNote } from '../../../src/messages/replies/schedule-messages.js';
import type { Progress } from '../../../src/reconciliation/domain/run.js';
import { ADA, AT, failedResult, issues, NO_NOTICES, OPERATOR, result } from '../fixtures.js';

const URL = 'https://discord.com/channels/1/2/3';
const POSTED = { kind: 'posted', url: URL } as const;

function linesFor(...all: Progress[]): string[] {
	return runProgressReply(new Map(all.map((progress) => [progress.source, progress]))).split('\n');
}

describe('runProgressReply', () => {
	it('has a line for each source from the start', () => {
		expect(linesFor()).toEqual(['Reading Stripe…', 'Reading Discord…', 'Reading links…']);
	});

	it('shows the progress of each source', () => {
		expect(
			linesFor(
				{ source: 'stripe', done: 300, total: null, finished: false },
				{ source: 'discord', done: 1000, total: 5000, finished: false },
				{ source: 'database', done: 42, total: 42, finished: true }
			)
		).toEqual(['Reading Stripe: 300 subscriptions…', 'Reading Discord: 1,000 of 5,000 members…', 'Reading links: 42 links ✓']);
	});

	it('shows how long and why a source waits', () => {
		expect(linesFor({ source: 'discord', done: 0, total: 5000, finished: false, waitingSeconds: 21 }).at(1)).toBe(
			'Reading Discord: waiting 21 s, because Discord allows one listing of all members in 30 s…'
		);
	});

	it('shows invoices and fixes once there are any', () => {
		expect(linesFor({ source: 'invoices', done: 3, total: null, finished: false }).at(1)).toBe('Reading open invoices: 3 invoices…');
		expect(linesFor({ source: 'fix', done: 3, total: 12, finished: false }).at(-1)).toBe('Applying fixes: 3 of 12 fixes…');
	});
});

describe('secondsLeft', () => {
	const fixes = (done: number): Progress => ({ source: 'fix', done, total: 100, finished: false });

	it('extrapolates from the first sample', () => {
		expect(secondsLeft({ done: 1, atMs: 0 }, fixes(11), 20_000)).toBe(178);
		expect(runProgressReply(new Map([['fix', fixes(11)]]), 178)).toBe('Applying fixes: 11 of 100 fixes, about 3 min left…');
		expect(runProgressReply(new Map([['fix', fixes(90)]]), 20)).toBe('Applying fixes: 90 of 100 fixes, about 20 s left…');
	});

	it('is null before there is progress', () => {
		expect(secondsLeft(undefined, fixes(0), 20_000)).toBeNull();
		expect(secondsLeft({ done: 1, atMs: 0 }, fixes(1), 20_000)).toBeNull();
		expect(secondsLeft({ done: 1, atMs: 0 }, undefined, 20_000)).toBeNull();
	});
});

const FROZEN = { reason: { kind: 'status', status: 'frozen' }, discordIds: [ADA], count: 1 } as const;

describe('runFinishedReply', () => {
	it('counts the issues and links the report', () => {
		expect(runFinishedReply(result({ issues: issues(12) }), POSTED, '')).toBe(`Done: 12 issues. The report is here: ${URL}`);
		expect(runFinishedReply(result(), POSTED, '')).toBe(`Done: all clear. The report is here: ${URL}`);
	});

	it.each([
		[{}, 'has the roles they should have'],
		[{ notices: { ...NO_NOTICES, exempt: 1 } }, 'is exempt, so Reeve leaves their roles as they are'],
		[
			{ notices: { ...NO_NOTICES, unknown: [FROZEN] } },
			'keeps the roles they have: Stripe gives the status `frozen`, which Reeve does not know.'
		],
		[{ notices: { ...NO_NOTICES, leftToNextRun: 1 } }, 'run it again in a minute'],
		[{ membersChecked: 0 }, 'is not in the server']
	])('describes a run over one member: %#', (over, words) => {
		expect(runFinishedReply(result({ onlyMember: ADA, membersChecked: 1, ...over }), POSTED, '')).toContain(words);
	});

	it('counts automatic fixes and mentions a hold', () => {
		const hold = { reason: 'Too many.', losing: 9, holders: 10 };
		expect(runFinishedReply(result({ issues: issues(12), autoFixEnabled: true, issuesFixed: 3, hold }), POSTED, '')).toContain(
			'Done: 12 issues, 3 fixed. On hold (9 people would lose access): the report says why.'
		);
	});

	it('gives the failure and that nothing was changed', () => {
		expect(runFinishedReply(failedResult('Stripe did not answer.'), POSTED, '')).toContain(
			'The run failed: Stripe did not answer. Nothing was changed.'
		);
	});

	it('says where to look if there is no report', () => {
		const notPosted = (why: string | null) => runFinishedReply(result(), { kind: 'not-posted', why }, '');
		expect(notPosted("Reeve can't write in channel 123456789012345678: give it Send Messages there.")).toBe(
			"Done: all clear. The report could not be posted: Reeve can't write in <#123456789012345678>: give it Send Messages there. It is stored, and Reeve keeps trying."
		);
		expect(notPosted(null)).toContain('no reason is known yet');
		expect(runFinishedReply(result(), { kind: 'unknown' }, '')).toContain('look in the admin channel');
	});

	it('mentions that the daily runs are paused', () => {
		expect(runFinishedReply(result(), POSTED, pausedNote(true, null))).toContain(
			'The daily runs are paused: RECONCILIATION_PAUSED is true'
		);
		const pause = { pausedAt: AT, pausedBy: OPERATOR, reason: 'Stripe is being moved', until: null };
		expect(runFinishedReply(result(), POSTED, pausedNote(false, pause))).toContain(`The daily runs are paused by <@${OPERATOR}>`);
		expect(pausedNote(false, null)).toBe('');
	});

	it('fits a message', () => {
		expect(runFinishedReply(failedResult('*'.repeat(5000)), POSTED, pausedNote(true, null)).length).toBeLessThanOrEqual(2000);
	});
});
