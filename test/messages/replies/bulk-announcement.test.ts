import { describe, expect, test } from 'vitest';
import { bulkEndAnnouncement, bulkProgressAnnouncement, isWorthAnnouncing } from '../../../src/messages/replies/bulk-announcement.js';
import type { BulkEnd, BulkOrigin } from '../../../src/reconciliation/domain/ports.js';
import { AT, AT_SECONDS, OPERATOR } from '../fixtures.js';

const DAILY: BulkOrigin = { kind: 'run', triggeredBy: 'scheduled', requestedBy: null };
const ASKED: BulkOrigin = { kind: 'run', triggeredBy: 'manual', requestedBy: OPERATOR };
const BY_OPERATOR: BulkOrigin = { kind: 'operator', actor: OPERATOR, scope: 'all', held: false };
const CONTINUED: BulkOrigin = { kind: 'continued', actor: OPERATOR, scope: 'all', doneBefore: 20, fixedBefore: 18 };

const bulk = (origin: BulkOrigin, total = 53) => ({ id: 'bulk1', total, origin });
const end = (over: Partial<BulkEnd> = {}): BulkEnd => ({ fixed: 53, losing: 3, left: 0, tooLate: false, ...over });

describe('a bulk fix under way', () => {
	const soFar = { done: 12, startedAt: AT, estimatedEndAt: new Date(AT.getTime() + 40_000) };

	test('says who fixes what, how many are done and left, and when it will be over', () => {
		expect(bulkProgressAnnouncement(bulk(DAILY), soFar)).toBe(
			`Reeve is fixing 53 issues of the daily run (auto-fix): 12 of 53 done · done <t:${AT_SECONDS + 40}:R>`
		);
	});

	test.each([
		[ASKED, `Reeve is fixing 53 issues of the run started by <@${OPERATOR}> (auto-fix): `],
		[BY_OPERATOR, `<@${OPERATOR}> is fixing 53 issues: `],
		[
			{ ...BY_OPERATOR, scope: 'UNAUTHORIZED_ACCESS' } as const,
			`<@${OPERATOR}> is fixing 53 issues of kind "Has access but isn't paying": `
		],
		[CONTINUED, `Reeve is resuming the fix of 53 issues that <@${OPERATOR}> started: `]
	])('says whose it is: %#', (origin, words) => {
		expect(bulkProgressAnnouncement(bulk(origin), soFar)).toContain(words);
	});

	test('says since when, as long as nobody can tell when it will be over', () => {
		expect(bulkProgressAnnouncement(bulk(DAILY), { ...soFar, done: 0, estimatedEndAt: null })).toContain(
			`0 of 53 done · started <t:${AT_SECONDS}:R>`
		);
	});
});

describe('the end of a bulk fix', () => {
	test('of a run says how many it fixed, and leads to the report', () => {
		expect(bulkEndAnnouncement(bulk(DAILY), end())).toBe(
			'Reeve has fixed 53 of 53 issues of the daily run (auto-fix). The report follows.'
		);
		expect(bulkEndAnnouncement(bulk(DAILY), end({ fixed: 30, left: 21 }))).toBe(
			'Reeve has fixed 30 of 53 issues of the daily run (auto-fix). 2 issues could not be fixed or needed nothing. 21 issues were not started. The report follows.'
		);
		expect(isWorthAnnouncing(bulk(DAILY), end())).toBe(false);
	});

	test('of an operator is one line with who did it, how many lost a role, and what could not be fixed', () => {
		expect(bulkEndAnnouncement(bulk(BY_OPERATOR), end({ fixed: 51 }))).toBe(
			`<@${OPERATOR}> fixed 51 issues: 3 people lost a role, 48 gained one. 2 issues could not be fixed or needed nothing.`
		);
		expect(isWorthAnnouncing(bulk(BY_OPERATOR), end())).toBe(true);
	});

	test('says that a hold was released, where somebody lost a role by it', () => {
		expect(bulkEndAnnouncement(bulk({ ...BY_OPERATOR, held: true }), end())).toContain(' The hold was released for it.');
		expect(bulkEndAnnouncement(bulk({ ...BY_OPERATOR, held: true }), end({ losing: 0 }))).not.toContain('hold');
	});

	test('that changed nothing is no news, and yet no claim that it goes on', () => {
		const nothing = end({ fixed: 0, losing: 0 });
		expect(isWorthAnnouncing(bulk(BY_OPERATOR), nothing)).toBe(false);
		expect(bulkEndAnnouncement(bulk(BY_OPERATOR), nothing)).toBe(
			`<@${OPERATOR}> tried to fix 53 issues: none was fixed. 53 issues could not be fixed or needed nothing.`
		);
	});

	test('on the way down says that the rest is gone on with', () => {
		expect(bulkEndAnnouncement(bulk(BY_OPERATOR), end({ fixed: 12, losing: 0, left: 41 }))).toBe(
			`<@${OPERATOR}> fixed 12 issues: 12 people gained a role. 41 issues are left: Reeve resumes automatically in a minute or two.`
		);
	});

	test('after a restart says so, with all that was done before and after', () => {
		const said = `Reeve was stopped during a bulk fix started by <@${OPERATOR}>`;
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 35 }))).toBe(`${said}, and resumed and finished it: 53 of 53 issues fixed.`);
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 34 }))).toBe(
			`${said}, and resumed and finished it: 52 of 53 issues fixed. 1 issue could not be fixed or needed nothing: \`/reconcile status\` shows what is open.`
		);
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 5, left: 30 }))).toContain('23 of 53 issues fixed, 30 to go.');
		expect(isWorthAnnouncing(bulk(CONTINUED), end({ fixed: 0 }))).toBe(true);
	});

	test('too long after a restart says what is left, and what to do', () => {
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 0, left: 33, tooLate: true }))).toContain(
			'too long ago to resume: 18 of 53 issues fixed. Check what is open'
		);
	});

	test.each([DAILY, BY_OPERATOR, CONTINUED])('by an error is no claim that it goes on, nor news of its own: %#', (origin) => {
		expect(bulkEndAnnouncement(bulk(origin), null)).toContain('an error stopped it');
		expect(isWorthAnnouncing(bulk(origin), null)).toBe(false);
	});
});
