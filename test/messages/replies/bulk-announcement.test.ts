import { describe, expect, test } from 'vitest';
import { bulkEndAnnouncement, bulkProgressAnnouncement, isWorthAnnouncing } from '../../../src/messages/replies/bulk-announcement.js';
import { countEffects, type EffectCounts } from '../../../src/reconciliation/domain/effect.js';
import type { BulkEnd, BulkOrigin } from '../../../src/reconciliation/domain/ports.js';
import { OVER_HTTP } from '../../../src/reconciliation/domain/run.js';
import { AT, AT_SECONDS, OPERATOR } from '../fixtures.js';

const DAILY: BulkOrigin = { kind: 'run', triggeredBy: 'scheduled', requestedBy: null };
const ASKED: BulkOrigin = { kind: 'run', triggeredBy: 'manual', requestedBy: OPERATOR };
const BY_OPERATOR: BulkOrigin = { kind: 'operator', actor: OPERATOR, scope: 'all', held: false };
const CONTINUED: BulkOrigin = { kind: 'continued', actor: OPERATOR, scope: 'all', doneBefore: 20, fixedBefore: 18 };

const effects = (counts: Partial<EffectCounts>) => ({ ...countEffects([]), ...counts });
const bulk = (origin: BulkOrigin, total = 53) => ({
	id: 'bulk1',
	total,
	effects: origin.kind === 'continued' ? null : effects({ removes: 23, lowers: 4, tidies: 5, raises: 9, grants: 12 }),
	origin
});
const end = (over: Partial<BulkEnd> = {}): BulkEnd => ({
	fixed: 53,
	effects: effects({ removes: 3, lowers: 1, tidies: 5, grants: 44 }),
	left: 0,
	tooLate: false,
	...over
});

describe('bulkProgressAnnouncement', () => {
	const soFar = { done: 12, startedAt: AT, estimatedEndAt: new Date(AT.getTime() + 40_000) };

	test('shows the operator, the progress and the estimated end', () => {
		expect(bulkProgressAnnouncement(bulk(DAILY), soFar)).toBe(
			`Reeve is fixing 53 issues of the daily run (auto-fix; 23 lose access, 4 move down, 26 get or keep access): 12 of 53 done · done <t:${AT_SECONDS + 40}:R>`
		);
	});

	test.each([
		[ASKED, `Reeve is fixing 53 issues of the run started by <@${OPERATOR}> (auto-fix; 23 lose access`],
		[{ ...ASKED, requestedBy: OVER_HTTP }, 'Reeve is fixing 53 issues of the run started over HTTP (auto-fix; 23 lose access'],
		[BY_OPERATOR, `<@${OPERATOR}> is fixing 53 issues (23 lose access`],
		[
			{ ...BY_OPERATOR, scope: 'UNAUTHORIZED_ACCESS' } as const,
			`<@${OPERATOR}> is fixing 53 issues of kind "Has access but isn't paying" (23 lose access`
		],
		[CONTINUED, `Reeve is resuming the fix of 53 issues that <@${OPERATOR}> started: `]
	])('names the origin: %#', (origin, words) => {
		expect(bulkProgressAnnouncement(bulk(origin), soFar)).toContain(words);
	});

	test('shows the start while there is no estimate', () => {
		expect(bulkProgressAnnouncement(bulk(DAILY), { ...soFar, done: 0, estimatedEndAt: null })).toContain(
			`0 of 53 done · started <t:${AT_SECONDS}:R>`
		);
	});
});

describe('bulkEndAnnouncement', () => {
	test('counts the fixes of a run and points to the report', () => {
		expect(bulkEndAnnouncement(bulk(DAILY), end())).toBe(
			'Reeve has fixed 53 of 53 issues of the daily run (auto-fix): 3 lost access, 1 moved down, 49 got or kept access. The report follows.'
		);
		expect(bulkEndAnnouncement(bulk(DAILY), end({ fixed: 30, effects: effects({ grants: 30 }), left: 21 }))).toBe(
			'Reeve has fixed 30 of 53 issues of the daily run (auto-fix): 30 people got access. 2 issues could not be fixed or needed nothing. 21 issues were not started. The report follows.'
		);
		expect(isWorthAnnouncing(bulk(DAILY), end())).toBe(false);
	});

	test('shows operator, effects and failures in one line', () => {
		expect(bulkEndAnnouncement(bulk(BY_OPERATOR), end({ fixed: 51, effects: effects({ removes: 3, raises: 48 }) }))).toBe(
			`<@${OPERATOR}> fixed 51 issues: 3 lost access, 48 got or kept access. 2 issues could not be fixed or needed nothing.`
		);
		expect(isWorthAnnouncing(bulk(BY_OPERATOR), end())).toBe(true);
	});

	test('mentions a released hold if something was fixed', () => {
		expect(bulkEndAnnouncement(bulk({ ...BY_OPERATOR, held: true }), end())).toContain(' The hold was released for it.');
		expect(bulkEndAnnouncement(bulk({ ...BY_OPERATOR, held: true }), end({ fixed: 0 }))).not.toContain('hold');
	});

	test('is not worth announcing if nothing changed', () => {
		const nothing = end({ fixed: 0, effects: effects({}) });
		expect(isWorthAnnouncing(bulk(BY_OPERATOR), nothing)).toBe(false);
		expect(bulkEndAnnouncement(bulk(BY_OPERATOR), nothing)).toBe(
			`<@${OPERATOR}> tried to fix 53 issues: none was fixed. 53 issues could not be fixed or needed nothing.`
		);
	});

	test('says at shutdown that the rest resumes', () => {
		expect(bulkEndAnnouncement(bulk(BY_OPERATOR), end({ fixed: 12, effects: effects({ tidies: 12 }), left: 41 }))).toBe(
			`<@${OPERATOR}> fixed 12 issues: 12 people kept the same access. 41 issues are left: Reeve resumes automatically in a minute or two.`
		);
	});

	test('counts fixes from before and after a restart', () => {
		const interrupted = `Reeve was stopped during a bulk fix started by <@${OPERATOR}>`;
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 35 }))).toBe(
			`${interrupted}, and resumed and finished it: 53 of 53 issues fixed.`
		);
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 34 }))).toBe(
			`${interrupted}, and resumed and finished it: 52 of 53 issues fixed. 1 issue could not be fixed or needed nothing: \`/reconcile status\` shows what is open.`
		);
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 5, left: 30 }))).toContain('23 of 53 issues fixed, 30 to go.');
		expect(isWorthAnnouncing(bulk(CONTINUED), end({ fixed: 0 }))).toBe(true);
	});

	test('says what is left when it is too late to resume', () => {
		expect(bulkEndAnnouncement(bulk(CONTINUED), end({ fixed: 0, left: 33, tooLate: true }))).toContain(
			'too long ago to resume: 18 of 53 issues fixed. Check what is open'
		);
	});

	test.each([DAILY, BY_OPERATOR, CONTINUED])('does not announce an end by an error: %#', (origin) => {
		expect(bulkEndAnnouncement(bulk(origin), null)).toContain('an error stopped it');
		expect(isWorthAnnouncing(bulk(origin), null)).toBe(false);
	});
});
