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

describe('the answer to whoever pressed Apply fix', () => {
	it('says what was given and taken', () => {
		expect(ended('FIXED', { rolesBefore: ['Knight'], rolesAfter: ['Lord'] })).toBe(`${PERSON} now has Lord and no longer has Knight.`);
	});

	it('says what was really done, not what was planned', () => {
		expect(ended('FIXED', { rolesBefore: ['Knight', 'Lord'], rolesAfter: ['Lord'] })).toContain(`${PERSON} no longer has Knight.`);
	});

	it('says that the drift is gone', () => {
		expect(ended('RESOLVED')).toBe(`Nothing was changed for ${PERSON}: the drift is gone. The issue is closed.`);
		expect(ended('RESOLVED', { error: 'This member has left the server.' })).toContain('This member has left the server.');
	});

	it('shows the new plan where another is right, and asks again', () => {
		const newDrift = drift({ plan: { add: [], remove: ['Knight'] } });
		const words = ended('PLAN_CHANGED', { newDrift });
		expect(words).toContain(`Nothing was changed for ${PERSON}`);
		expect(words).toContain('The plan is now: **Take Knight**.');
		expect(words).toContain('press Apply fix again');
		expect(fixReply({ kind: 'plan-changed', issue: issue({ plan: newDrift.plan }) }, null)).toBe(words);
	});

	it('says that an exempt person is left alone', () => {
		expect(ended('EXEMPT')).toBe(
			`Nothing was changed for ${PERSON}: they are exempt, so their roles stay as they are. To fix them, end the exemption first.`
		);
	});

	it('says that Discord accepted and did not act', () => {
		expect(ended('NOT_APPLIED')).toContain(`Not fixed: ${PERSON}. Discord accepted the change, but it did not happen.`);
	});

	it('says why it failed, that the issue is open, and what was done before', () => {
		expect(ended('FAILED', { error: "Reeve's role is below Lord: drag it above.", rolesBefore: [], rolesAfter: ['Knight'] })).toBe(
			`Not fixed: ${PERSON}. Reeve's role is below Lord: drag it above. Done before that: Knight given. The issue is still open: press Apply fix again once that is fixed.`
		);
	});

	it('says that the fix was undone since', () => {
		expect(fixReply({ kind: 'settled', status: 'RESOLVED', actor: OPERATOR, at: AT, undone: true, exempted: false }, issue())).toBe(
			`Nothing was changed: the fix of ${PERSON} was undone by <@${OPERATOR}> <t:${AT_SECONDS}:R>. There is nothing left to do.`
		);
	});

	it('says that it was interrupted', () => {
		expect(ended('INTERRUPTED')).toContain('Reeve was stopped in the middle of this fix. The issue is still open: press Apply fix again.');
	});

	it('says who is at it already', () => {
		expect(fixReply({ kind: 'busy', actor: OPERATOR, since: AT }, issue())).toBe(
			`<@${OPERATOR}> is already fixing ${PERSON}, since <t:${AT_SECONDS}:R>. Wait a moment: the report will show what came of it.`
		);
		expect(fixReply({ kind: 'busy', actor: 'reeve', since: AT }, issue())).toContain('Reeve is already fixing');
	});

	it('says who has settled it already', () => {
		expect(fixReply({ kind: 'settled', status: 'FIXED', actor: OPERATOR, at: AT, undone: false, exempted: false }, issue())).toBe(
			`Nothing was changed: ${PERSON} was already fixed by <@${OPERATOR}> <t:${AT_SECONDS}:R>.`
		);
		expect(fixReply({ kind: 'settled', status: 'RESOLVED', actor: null, at: AT, undone: false, exempted: false }, issue())).toContain(
			'went away by itself'
		);
	});

	it('says that an issue is not known any more, and where a new report comes from', () => {
		expect(fixReply({ kind: 'unknown' }, null)).toBe(
			'Nothing was changed: Reeve no longer knows the issue of this person. Use `/reconcile run` for a new report.'
		);
	});

	it('fits into a message and calls nobody, whatever the names and errors', () => {
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
