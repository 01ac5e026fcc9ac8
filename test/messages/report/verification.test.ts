import { describe, expect, it } from 'vitest';
import { runFinishedReply } from '../../../src/messages/replies/progress.js';
import { reportPage } from '../../../src/messages/report/page.js';
import type { OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import type { ReconciliationResult, VerifiedFix } from '../../../src/reconciliation/domain/run.js';
import { failedResult, issue, result } from '../fixtures.js';
import { brokenLimits, buttonsOf } from '../limits.js';

const GREEN = 0x57f287;
const AMBER = 0xf0a020;

const fix = (name: string, over: Partial<VerifiedFix> = {}): VerifiedFix => ({
	attemptId: `attempt-${name}`,
	discordId: `id of ${name}`,
	discordName: name,
	change: { add: ['Knight'], remove: [] },
	outcome: 'STAYED',
	notJudged: null,
	...over
});
const back = (name: string) => fix(name, { outcome: 'CAME_BACK' });
const found = (name: string, over: Partial<OpenIssue> = {}) =>
	issue({ id: `issue${name}`, discordId: `id of ${name}`, discordName: name, timesSeen: 2, ...over });

function verification(fixes: readonly VerifiedFix[], issues: readonly OpenIssue[] = [], over: Partial<ReconciliationResult> = {}) {
	const of = result({ issues, isVerificationRun: true, triggeredBy: 'verification', verified: { fixes, reports: [] }, ...over });
	const payload = reportPage({ result: of, states: new Map() }, 0);
	expect(brokenLimits(payload)).toEqual([]);
	const [summary] = payload.embeds;
	return {
		summary,
		shown: summary?.description?.split('\n').filter((line) => /^\*\*\d+\./.test(line)),
		buttons: buttonsOf(payload.components)
	};
}

describe('verification report', () => {
	it('is short and green if every fix stayed and nothing else is wrong', () => {
		const { summary, shown, buttons } = verification([fix('ada'), fix('bob', { change: { add: ['Lord'], remove: ['Knight'] } })]);
		expect(summary).toMatchObject({
			title: 'Verification: 2 fixes stayed',
			color: GREEN,
			description: '**Stayed:** ada (Knight given) and bob (Lord given, Knight removed).\nChecked 250 members in 12 s.'
		});
		expect(shown).toEqual([]);
		expect(buttons).toEqual([]);
	});

	it('names recurred fixes and shows their issues with buttons', () => {
		const { summary, shown, buttons } = verification([back('ada'), fix('bob')], [found('ada')]);
		expect(summary).toMatchObject({ title: 'Verification: 1 of 2 fixes came back', color: AMBER });
		expect(summary?.description).toMatch(
			/^\*\*Came back:\*\* ada \(Knight given\)\.\n\*\*Stayed:\*\* bob \(Knight given\)\.\nChecked 250 members in 12 s\.\n/
		);
		expect(shown).toHaveLength(1);
		expect(buttons.map(({ label }) => label)).toContain('Apply fix 1 · Replace Knight with Lord');
	});

	it('names fixes it could not judge, with the reason', () => {
		const { summary } = verification([
			fix('ada', { outcome: 'NOT_JUDGED', notJudged: 'LEFT_SERVER' }),
			fix('bob', { outcome: 'NOT_JUDGED', notJudged: 'EXEMPT' }),
			fix('eve', { outcome: 'NOT_JUDGED', notJudged: 'LEFT_ALONE' })
		]);
		expect(summary).toMatchObject({ title: 'Verification: no fix could be judged', color: GREEN });
		expect(summary?.description).toContain('**Not judged:** ada (left the server), bob (exempt) and eve (left to the next run).');
	});

	it('counts issues already reported without repeating them', () => {
		const { summary, shown } = verification([fix('ada')], [found('bob'), found('eve')]);
		expect(summary?.description).toContain('2 other issues are open.');
		expect(summary?.color).toBe(GREEN);
		expect(shown).toEqual([]);
	});

	it('shows issues that it found first', () => {
		const { summary, shown } = verification([fix('ada')], [found('bob'), found('eve', { timesSeen: 1 })]);
		expect(summary?.description).toContain('2 other issues are open, 1 of them found just now.');
		expect(summary?.color).toBe(AMBER);
		expect(shown).toEqual([expect.stringContaining('id of eve')]);
		expect(verification([fix('ada')], [found('eve', { timesSeen: 1 })]).summary?.description).toContain(
			'1 other issue is open, found just now.'
		);
	});

	it('cuts long lists of any names', () => {
		const many = Array.from({ length: 500 }, (_, index) => fix(`**${index}** @everyone [x](https://e.vil)`));
		const { summary } = verification(many);
		expect(summary?.title).toBe('Verification: 500 fixes stayed');
		expect(summary?.description).toContain('\\*\\*0\\*\\* @\u200Beveryone');
	});

	it('says that a failed verification is retried', () => {
		const failed = failedResult('Stripe did not answer.', { isVerificationRun: true, triggeredBy: 'verification' });
		const [summary] = reportPage({ result: failed, states: new Map() }, 0).embeds;
		expect(summary?.title).toBe('Verification failed');
		expect(summary?.description).toContain('Nothing was changed. Reeve retries the verification automatically.');
		expect(runFinishedReply(failed, { kind: 'unknown' }, '')).toContain('Reeve retries the verification automatically');
	});
});
