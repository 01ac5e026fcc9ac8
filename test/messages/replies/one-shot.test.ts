import { describe, expect, it } from 'vitest';
import { exitCodeOf, type OneShot, oneShotJson, oneShotLines } from '../../../src/messages/replies/one-shot.js';
import { COMMAND_LINE } from '../../../src/reconciliation/domain/run.js';
import { failedResult, issue, result, state } from '../fixtures.js';

const URL = 'https://discord.com/channels/1/2/3';
const run = (of: OneShot['result'], over: Partial<OneShot> = {}): OneShot => ({
	result: { ...of, triggeredBy: 'manual', requestedBy: COMMAND_LINE },
	states: new Map(),
	report: { kind: 'posted', url: URL },
	...over
});
const found = issue();
const DRIFT = run(result({ issues: [found] }));
const FIXED = run(result({ issues: [found], issuesFixed: 1, autoFixEnabled: true }), {
	states: new Map([[found.id, state({ status: 'FIXED' })]])
});
const HOLD = { reason: '12 of 20 would lose access.', losing: 12, holders: 20 };
const HELD = run(result({ issues: [found], hold: HOLD }));
const text = (of: OneShot) => oneShotLines(of).join('\n');

describe('exitCodeOf', () => {
	it('is 0 without drift, and if all of it was fixed', () => {
		expect(exitCodeOf(run(result()))).toBe(0);
		expect(exitCodeOf(FIXED)).toBe(0);
	});

	it('is 1 for a failed run, 2 with open issues, 3 on hold', () => {
		expect(exitCodeOf(run(failedResult('Stripe is away.')))).toBe(1);
		expect(exitCodeOf(DRIFT)).toBe(2);
		expect(exitCodeOf(HELD)).toBe(3);
	});
});

describe('oneShotLines', () => {
	it('says what was found, that nothing was changed, and where the report is', () => {
		expect(text(DRIFT)).toContain(
			'1 person has the wrong roles.\nChecked 250 members and 3 teams in 12 s. Report only: nothing was changed.'
		);
		expect(text(DRIFT)).toContain(`Open issues (1):\n  ${found.discordName} (${found.discordId}): `);
		expect(text(DRIFT)).toContain(`Report: ${URL}`);
	});

	it('says what was fixed, and lists nothing that is not open', () => {
		expect(text(FIXED)).toContain('Fixed 1 issue.');
		expect(text(FIXED)).not.toContain('Open issues');
	});

	it('says why a run failed, is on hold, or has no posted report', () => {
		expect(text(run(failedResult('Stripe is away.')))).toContain('Reconciliation failed: Stripe is away.');
		expect(text(HELD)).toContain('(12 people would lose access): 12 of 20 would lose access.');
		expect(text({ ...DRIFT, report: { kind: 'not-posted', why: 'No permission.' } })).toContain('No permission. It is stored;');
	});

	it('lets no name control the terminal', () => {
		const hostile = issue({ discordName: 'eve\u001b[2J\nAll clear\u202e' });
		expect(text(run(result({ issues: [hostile] })))).not.toMatch(/\p{Cf}|[^\P{Cc}\n]|\nAll clear/u);
	});
});

describe('oneShotJson', () => {
	it('has the outcome, the counts and each issue', () => {
		expect(JSON.parse(oneShotJson(DRIFT))).toMatchObject({
			outcome: 'drift',
			autoFix: false,
			counts: { membersChecked: 250, issuesFound: 1, issuesFixed: 0, issuesOpen: 1 },
			hold: null,
			failure: null,
			report: URL,
			issues: [{ id: found.id, discordId: found.discordId, open: true }]
		});
		expect(JSON.parse(oneShotJson(FIXED))).toMatchObject({ outcome: 'no-drift', counts: { issuesOpen: 0 }, issues: [{ open: false }] });
		expect(JSON.parse(oneShotJson(HELD))).toMatchObject({ outcome: 'held', hold: HOLD });
	});
});
