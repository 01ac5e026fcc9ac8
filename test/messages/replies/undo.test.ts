import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { isUndone, undoAnnouncement, undoChoice, undoReply } from '../../../src/messages/replies/undo.js';
import { undoButton, withoutButton } from '../../../src/messages/report/buttons.js';
import { reportPage } from '../../../src/messages/report/page.js';
import type { UndoableFix, UndoResult } from '../../../src/reconciliation/fixes/undo.js';
import { ADA, AT, AT_SECONDS, attempt, issue, OPERATOR, result, state } from '../fixtures.js';
import { brokenLimits, buttonsOf, menusOf } from '../limits.js';

type Ended = Extract<UndoResult, { kind: 'ended' }>;

const ID = '0b1c2d3e-4f50-4162-8394-a5b6c7d8e9f0';
const PERSON = `<@${ADA}> (ada)`;
const subject = { discordId: ADA, discordName: 'ada' };
const ended = (over: Partial<Ended> = {}): Ended => ({
	kind: 'ended',
	subject,
	outcome: 'UNDONE',
	rolesBefore: ['Lord'],
	rolesAfter: ['Knight'],
	error: null,
	exemptUntil: AT,
	...over
});
const untouched = (over: Partial<Ended>) => ended({ rolesAfter: ['Lord'], exemptUntil: null, ...over });

describe('undoReply', () => {
	it("states the restored roles, the exemption's end and what follows", () => {
		expect(undoReply(ended())).toBe(
			`Undone for ${PERSON}: Knight given, Lord removed. They are exempt until <t:${AT_SECONDS}:f>; after that, runs find the same drift again. If their roles are right as they are, use \`/reconcile exempt\`.`
		);
	});

	it('refuses if the roles have changed since the fix, and shows them', () => {
		const error = 'The member now has Knight, not Lord as the fix left it.';
		expect(undoReply(untouched({ outcome: 'PLAN_CHANGED', error }))).toBe(
			`Nothing was changed for ${PERSON}. ${error} If that is wrong, change their roles by hand.`
		);
	});

	it('gives the error and what was changed before it', () => {
		expect(undoReply(untouched({ outcome: 'FAILED', error: 'This member has left the server.' }))).toBe(
			`Not undone: ${PERSON}. This member has left the server. Fix that, then undo it again.`
		);
		expect(undoReply(ended({ outcome: 'FAILED', error: 'Drag it above.', rolesAfter: ['Knight', 'Lord'] }))).toBe(
			`Not undone: ${PERSON}. Drag it above. Done before that: Knight given. They are exempt until <t:${AT_SECONDS}:f>. Fix that, then undo it again.`
		);
	});

	it('names the operator who is at work or was first', () => {
		expect(undoReply({ kind: 'busy', subject, actor: OPERATOR, since: AT })).toContain(`<@${OPERATOR}> has been at the roles of ${PERSON}`);
		expect(undoReply({ kind: 'undone', subject, actor: OPERATOR, at: AT })).toContain(`already undone by <@${OPERATOR}>`);
	});

	it.each([
		['NO_FIX', 'nothing to put back'],
		['NOT_NEWEST', 'only the newest fix of a person can be undone'],
		['ROLES_UNKNOWN', 'Change their roles by hand']
	] as const)('gives the reason for a refusal: %s', (why, words) => {
		expect(undoReply({ kind: 'refused', subject, why })).toContain(words);
	});

	it('explains how to pick a fix if there is no such fix', () => {
		expect(undoReply({ kind: 'unknown' })).toContain('pick one from the list');
	});

	it('fits a message and never pings, for any names and errors', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), fc.array(fc.string({ maxLength: 50 })), (text, roles) => {
				const hostile = { subject: { discordId: ADA, discordName: `@everyone ${text}` }, error: `@everyone ${text}`, rolesAfter: roles };
				for (const outcome of ['UNDONE', 'PLAN_CHANGED', 'FAILED'] as const) {
					for (const words of [
						undoReply(ended({ outcome, ...hostile })),
						undoAnnouncement(ended({ outcome, ...hostile }), OPERATOR) ?? ''
					]) {
						expect(words.length).toBeLessThanOrEqual(2000);
						expect(words).not.toMatch(/@everyone|\n/);
					}
				}
			})
		);
	});
});

describe('undoAnnouncement', () => {
	it('names operator, member and change', () => {
		expect(undoAnnouncement(ended(), OPERATOR)).toBe(
			`<@${OPERATOR}> undid the fix of ${PERSON}: Knight given, Lord removed. Exempt until <t:${AT_SECONDS}:f>.`
		);
		expect(undoAnnouncement(ended({ outcome: 'FAILED', rolesAfter: ['Knight', 'Lord'] }), OPERATOR)).toContain(
			'only in part: Knight given.'
		);
	});

	it('is null if nothing changed', () => {
		expect(undoAnnouncement(untouched({ outcome: 'FAILED' }), OPERATOR)).toBeNull();
		expect(undoAnnouncement({ kind: 'unknown' }, OPERATOR)).toBeNull();
	});
});

describe('undoChoice', () => {
	const fix: UndoableFix = { attemptId: ID, ...subject, actor: OPERATOR, at: AT, change: { add: ['Knight'], remove: [] } };
	const after = (minutes: number) => new Date(AT.getTime() + minutes * 60_000);

	it.each([
		[0, 'just now'],
		[3, '3 min ago'],
		[180, '3 h ago'],
		[4320, '3 days ago']
	])('shows %d minutes as %s', (minutes, words) => {
		expect(undoChoice(fix, 'grace', after(minutes))).toBe(`ada · Knight given · ${words} by grace`);
	});

	it('fits for any names', () => {
		const long = { ...fix, discordName: '👩'.repeat(90), change: { add: ['x'.repeat(90)], remove: ['y'.repeat(90)] } };
		const name = undoChoice(long, '\u202E'.repeat(9) + 'z'.repeat(90), after(1));
		expect(name.length).toBeLessThanOrEqual(100);
		expect(name).toMatch(/by z+…$/);
	});
});

describe('the Undo button', () => {
	const FIXED = { status: 'FIXED', settledAt: AT } as const;
	const last = attempt({ id: ID, outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: ['Lord'] });
	const page = (...states: ReturnType<typeof state>[]) => {
		const issues = states.map((_, index) => issue({ id: `issue${index}`, discordName: `member${index}` }));
		const payload = reportPage({ result: result({ issues }), states: new Map(states.map((each, index) => [`issue${index}`, each])) }, 0);
		expect(brokenLimits(payload)).toEqual([]);
		const undos = menusOf(payload.components).flatMap(({ options }) => options.filter(({ label }) => label.startsWith('Undo')));
		return { undos, lines: payload.embeds[0]?.description?.split('\n') ?? [] };
	};

	it('is in the menu of a report for each fix that can be undone', () => {
		expect(page(state(), state({ ...FIXED, lastAttempt: last })).undos).toEqual([
			{ label: 'Undo 2 · member1', value: `reeve:1:undo:${ID}` }
		]);
		expect(parseCustomId(`reeve:1:undo:${ID}`)).toEqual({ action: 'undo', attemptId: ID });
	});

	it.each([
		['fixed without a change', { ...FIXED, lastAttempt: { ...last, rolesAfter: ['Knight'] } }],
		['of which the roles are not known', { ...FIXED, lastAttempt: { ...last, rolesBefore: null } }],
		['that came back', { status: 'OPEN', lastAttempt: last }],
		['that is undone', { status: 'RESOLVED', lastAttempt: { ...last, outcome: 'UNDONE', undoes: 'attempt0' } }]
	] as const)('is missing for an attempt that was %s', (_, of) => {
		expect(page(state(of)).undos).toEqual([]);
	});

	it('can be removed from a message', () => {
		const rows = [{ type: 1 as const, components: [undoButton(ID, 'ada'), undoButton('other', 'bob')] }];
		expect(buttonsOf(withoutButton(rows, `reeve:1:undo:${ID}`)).map(({ label }) => label)).toEqual(['Undo · bob']);
		expect(withoutButton([{ type: 1, components: [undoButton(ID, 'ada')] }], `reeve:1:undo:${ID}`)).toEqual([]);
		expect(isUndone(ended())).toBe(true);
		expect(isUndone({ kind: 'undone', subject, actor: OPERATOR, at: AT })).toBe(true);
		expect(isUndone(untouched({ outcome: 'FAILED' }))).toBe(false);
	});

	it("leaves an issue that shows who undid it and the exemption's end", () => {
		const undone = attempt({ outcome: 'UNDONE', undoes: ID, rolesBefore: ['Lord'], rolesAfter: ['Knight'], exemptUntil: AT });
		const shown = (of: ReturnType<typeof state>) => page(of).lines.find((line) => line.startsWith('**1.** '));
		expect(shown(state({ status: 'RESOLVED', settledAt: AT, lastAttempt: undone }))).toContain(
			` · Undone by <@${OPERATOR}> <t:${AT_SECONDS}:R>: Knight given, Lord removed. Exempt until <t:${AT_SECONDS}:f>.`
		);
		const busy = state({ status: 'FIXING', fixingBy: OPERATOR, lastAttempt: attempt({ undoes: ID }) });
		expect(shown(busy)).toContain(` · Being undone by <@${OPERATOR}>, started <t:${AT_SECONDS}:R>`);
	});
});
