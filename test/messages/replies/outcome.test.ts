import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixReply } from '../../../src/messages/replies/outcome.js';
import type { FixOutcome } from '../../../src/reconciliation/domain/issue.js';
import type { FixResult } from '../../../src/reconciliation/fixes/fix.js';
import { ADA, AT, AT_SECONDS, drift, issue, OPERATOR } from '../fixtures.js';

type Ended = Extract<FixResult, { kind: 'ended' }>;

const PERSON = `<@${ADA}> (ada)`;

function ended(outcome: FixOutcome, over: Partial<Ended> = {}): string {
	return fixReply(
		{
			kind: 'ended',
			attemptId: 'attempt1',
			outcome,
			issue: issue(),
			rolesBefore: null,
			rolesAfter: null,
			error: null,
			newDrift: null,
			...over
		},
		null
	);
}

describe('fixReply', () => {
	it('states the roles given and taken', () => {
		expect(ended('FIXED', { rolesBefore: ['Knight'], rolesAfter: ['Lord'] })).toBe(`${PERSON} now has Lord and no longer has Knight.`);
	});

	it('states the actual change, not the plan', () => {
		expect(ended('FIXED', { rolesBefore: ['Knight', 'Lord'], rolesAfter: ['Lord'] })).toContain(`${PERSON} no longer has Knight.`);
	});

	it('says that the drift was already gone', () => {
		expect(ended('RESOLVED')).toBe(`Nothing was changed for ${PERSON}: the drift is gone. The issue is closed.`);
		expect(ended('RESOLVED', { error: 'This member has left the server.' })).toContain('This member has left the server.');
	});

	it('shows the new plan if it changed', () => {
		const newDrift = drift({ plan: { add: [], remove: ['Knight'] }, effect: 'removes' });
		const words = ended('PLAN_CHANGED', { newDrift });
		expect(words).toContain(`Nothing was changed for ${PERSON}`);
		expect(words).toContain('The plan is now: **Remove Knight**, which takes all access.');
		expect(words).toContain('press Apply fix again');
		expect(fixReply({ kind: 'plan-changed', issue: issue({ plan: newDrift.plan, effect: newDrift.effect }) }, null)).toBe(words);
	});

	it('says that an exempt member keeps their roles', () => {
		expect(ended('EXEMPT')).toBe(
			`Nothing was changed for ${PERSON}: they are exempt, so their roles stay as they are. To fix them, end the exemption first.`
		);
	});

	it.each(['RESOLVED', 'PLAN_CHANGED', 'EXEMPT'] as const)('says what was changed before a fix stopped as %s', (outcome) => {
		expect(ended(outcome, { rolesBefore: ['Lord'], rolesAfter: ['Debtor', 'Lord'] })).toMatch(
			new RegExp(`^Stopped halfway for ${PERSON.replace(/[()]/g, '\\$&')} \\(Debtor given\\): `)
		);
	});

	it('says that Discord accepted the change without applying it', () => {
		expect(ended('NOT_APPLIED')).toContain(`Not fixed: ${PERSON}. Discord accepted the change, but it did not happen.`);
	});

	it('gives the error, what was changed before it, and that the issue is open', () => {
		expect(ended('FAILED', { error: "Reeve's role is below Lord: drag it above.", rolesBefore: [], rolesAfter: ['Knight'] })).toBe(
			`Not fixed: ${PERSON}. Reeve's role is below Lord: drag it above. Done before that: Knight given. The issue is still open: press Apply fix again once that is fixed.`
		);
	});

	it('says that the fix has been undone', () => {
		expect(fixReply({ kind: 'settled', status: 'RESOLVED', actor: OPERATOR, at: AT, undone: true, exempted: false }, issue())).toBe(
			`Nothing was changed: the fix of ${PERSON} was undone by <@${OPERATOR}> <t:${AT_SECONDS}:R>. There is nothing left to do.`
		);
	});

	it('says that the fix was interrupted', () => {
		expect(ended('INTERRUPTED')).toContain('Reeve was stopped in the middle of this fix. The issue is still open: press Apply fix again.');
	});

	it('names the operator who is already fixing it', () => {
		expect(fixReply({ kind: 'busy', actor: OPERATOR, since: AT }, issue())).toBe(
			`<@${OPERATOR}> is already fixing ${PERSON}, since <t:${AT_SECONDS}:R>. Wait a moment: the report will show what came of it.`
		);
		expect(fixReply({ kind: 'busy', actor: 'reeve', since: AT }, issue())).toContain('Reeve is already fixing');
	});

	it('names the operator who already settled it', () => {
		expect(fixReply({ kind: 'settled', status: 'FIXED', actor: OPERATOR, at: AT, undone: false, exempted: false }, issue())).toBe(
			`<@${OPERATOR}> already fixed ${PERSON} <t:${AT_SECONDS}:R>. Nothing was changed now.`
		);
		expect(fixReply({ kind: 'settled', status: 'RESOLVED', actor: null, at: AT, undone: false, exempted: false }, issue())).toContain(
			'went away by itself'
		);
	});

	it('says that the issue is unknown and how to get a new report', () => {
		expect(fixReply({ kind: 'unknown' }, null)).toBe(
			'Nothing was changed: Reeve no longer knows the issue of this person. Use `/reconcile run` for a new report.'
		);
	});

	it('fits a message and never pings, for any names and errors', () => {
		const outcomes: FixOutcome[] = ['FIXED', 'RESOLVED', 'PLAN_CHANGED', 'EXEMPT', 'NOT_APPLIED', 'FAILED', 'INTERRUPTED'];
		const text = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 80 }),
			fc.constantFrom('@everyone ', '*', '👩').map((part) => part.repeat(3000))
		);
		const roles = fc.array(text, { maxLength: 8 });
		fc.assert(
			fc.property(fc.constantFrom(...outcomes), text, text, fc.option(text), roles, roles, (outcome, name, id, error, before, after) => {
				const words = ended(outcome, {
					issue: issue({ discordName: name, discordId: id }),
					error,
					rolesBefore: before,
					rolesAfter: after,
					newDrift: drift({ plan: { add: before, remove: after } })
				});
				expect(words.length).toBeLessThanOrEqual(2000);
				expect(words).not.toContain('@everyone');
				expect(words.isWellFormed()).toBe(true);
			})
		);
	});
});
