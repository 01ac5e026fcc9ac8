import { describe, expect, it } from 'vitest';
import { COLOURS } from '../../../src/messages/format/colours.js';
import { reportPage } from '../../../src/messages/report/page.js';
import type { IssueState, OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { channelsFor } from '../../../src/reconciliation/outbox/outbox.js';
import { ADA, AT, attempt, issue, issues, result, state } from '../fixtures.js';
import { brokenLimits, buttonsOf } from '../limits.js';

const FIXED = state({
	status: 'FIXED',
	settledAt: AT,
	lastAttempt: attempt({ actor: 'reeve', outcome: 'FIXED', at: AT, rolesBefore: [], rolesAfter: ['Knight'] }),
	autoFixedBy: ['run1']
});

function report(over: Partial<ReconciliationResult>, states: Readonly<Record<string, IssueState>> = {}, page = 0) {
	const found = result({ triggeredBy: 'targeted', onlyMembers: [ADA], ...over });
	const payload = reportPage({ result: found, states: new Map(Object.entries(states)) }, page);
	expect(brokenLimits(payload)).toEqual([]);
	const [embed, ...more] = payload.embeds;
	expect(more).toEqual([]);
	return { ...embed, buttons: buttonsOf(payload.components).map(({ label, disabled = false }) => `${label}${disabled ? ' (off)' : ''}`) };
}

const known = (over: Partial<OpenIssue> = {}) => issue({ id: 'known', discordName: 'bob', timesSeen: 4, ...over });

describe('report of a targeted run', () => {
	it('is one embed with what is new, and a button beside each person', () => {
		const { title, description, color, buttons } = report({ issues: [issue(), known()] });
		expect(title).toBe('1 person has the wrong roles');
		expect(color).toBe(COLOURS.amber);
		expect(description?.split('\n')).toEqual([
			expect.stringMatching(/^-# After a change in Stripe or Discord · <t:\d+:R>$/),
			`**1.** <@${ADA}> pays for Lord and has Knight.`,
			expect.stringMatching(/^-# ada · first seen <t:\d+:R> · \[Stripe\]/)
		]);
		expect(buttons).toEqual(['Apply fix 1 · Replace Knight with Lord']);
	});

	it('shows what came back', () => {
		expect(report({ issues: [known({ cameBackAt: AT, lastSeenAt: AT })] }).title).toBe('1 person has the wrong roles');
	});

	it('says what an automatic fix has done, also to someone whose issue was known, and offers to undo it', () => {
		const { title, color, buttons, description } = report({ autoFixEnabled: true, issuesFixed: 1, issues: [known()] }, { known: FIXED });
		expect(title).toBe('Granted Knight to bob');
		expect(color).toBe(COLOURS.good);
		expect(description).toContain(' · ✓ Fixed by Reeve');
		expect(buttons).toEqual(['Apply fix 1 · Replace Knight with Lord (off)']);
	});

	it('says what was removed or replaced', () => {
		const after = (before: string[], now: string[]) =>
			report(
				{ issues: [issue()] },
				{ issue1: { ...FIXED, lastAttempt: attempt({ outcome: 'FIXED', rolesBefore: before, rolesAfter: now }) } }
			).title;
		expect(after(['Knight'], [])).toBe('Removed Knight from ada');
		expect(after(['Knight'], ['Lord'])).toBe('Replaced Knight with Lord for ada');
	});

	it('turns green when all of it is settled', () => {
		const gone = state({ status: 'RESOLVED', settledAt: AT });
		const { title, color, description } = report({ issues: issues(2) }, { issue1: gone, issue2: FIXED });
		expect([title, color]).toEqual(['2 people had the wrong roles', COLOURS.good]);
		expect(description).toContain(' · ✓ Went away by itself');
		expect(report({ issues: issues(2) }, { issue1: gone }).title).toBe('1 person has the wrong roles');
	});

	it('says what is on hold, until it is approved or settled', () => {
		const hold = { reason: 'This would remove access from 1 of the 100 members.', losing: 1, holders: 100 };
		const { description, color, buttons } = report({ issues: [issue()], hold, autoFixEnabled: true });
		expect(description).toContain(`**Stopped for your approval: no one has lost access**\n${hold.reason}`);
		expect(color).toBe(COLOURS.bad);
		expect(buttons).toContain('Fix all…');
		expect(report({ issues: [issue()], hold, holdReleasedBy: '1' }).description).toContain('**Approved**\n<@1> approved this');
		expect(report({ issues: [issue()], hold }, { issue1: FIXED }).description).not.toContain('approv');
	});

	it('has pages', () => {
		const { footer, buttons } = report({ issues: issues(100) }, {}, 19);
		expect(footer?.text).toBe('Issues 96–100 of 100 · Run run1');
		expect(buttons).toContain('All 100…');
	});

	it('fits with the longest texts', () => {
		const long = '*'.repeat(5000);
		const found = issues(100).map((each) => ({ ...each, discordName: long, description: long, plan: { add: [long], remove: [long] } }));
		report({ issues: found, hold: { reason: long, losing: 1, holders: 1 } });
	});

	it('is posted only if there is news, and is never mailed', () => {
		const both = { mails: true, webhooks: true };
		const channels = (over: Partial<ReconciliationResult>) =>
			channelsFor(result({ triggeredBy: 'targeted', onlyMembers: [ADA], ...over }), both);
		expect(channels({ issues: [issue()] })).toEqual(['report']);
		expect(channels({ issues: [known()] })).toEqual([]);
		expect(channels({ issues: [known()], issuesFixed: 1 })).toEqual(['report']);
		expect(channels({})).toEqual([]);
		expect(channels({ status: 'FAILED', failure: 'Stripe is away.' })).toEqual([]);
	});
});
