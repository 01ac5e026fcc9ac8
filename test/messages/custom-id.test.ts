import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ButtonAction, buildCustomId, parseCustomId, positionAmong } from '../../src/messages/custom-id.js';
import { BULK_PARTS } from '../../src/reconciliation/domain/hold.js';
import { DRIFT_TYPES } from '../../src/reconciliation/domain/issue.js';
import { LIST_KINDS } from '../../src/reconciliation/runs/people-list.js';

const cuid = fc.stringMatching(/^[a-z0-9]{1,32}$/);
const page = fc.integer({ min: 0, max: 99_999 });
const hash = fc.stringMatching(/^[0-9a-f]{8}$/);
const scope = fc.constantFrom('all' as const, 'UNLINKED' as const, ...DRIFT_TYPES);
const part = fc.constantFrom(...BULK_PARTS);
const button = fc.constantFrom('previous' as const, 'current' as const, 'next' as const);
const list = fc.constantFrom(...LIST_KINDS);
const action: fc.Arbitrary<ButtonAction> = fc.oneof(
	fc.record({
		action: fc.constant('fix' as const),
		runId: cuid,
		page,
		issueId: cuid,
		planHash: fc.stringMatching(/^[0-9a-f]{8}$/)
	}),
	fc.record({
		action: fc.constant('page' as const),
		runId: cuid,
		page,
		button: fc.constantFrom('previous' as const, 'current' as const, 'next' as const)
	}),
	fc.record({ action: fc.constant('ignore' as const), runId: cuid, page, issueId: cuid }),
	fc.record({ action: fc.constant('end-exemption' as const), page }),
	fc.record({ action: fc.constantFrom('pick-link' as const, 'pick-unlink' as const), discordId: fc.stringMatching(/^\d{17,20}$/) }),
	fc.record({
		action: fc.constant('link' as const),
		discordId: fc.stringMatching(/^\d{17,20}$/),
		customerId: fc.stringMatching(/^cus_[A-Za-z0-9]{1,36}$/),
		shownHash: fc.stringMatching(/^[0-9a-f]{8}$/)
	}),
	fc.record({ action: fc.constant('unlink' as const), discordId: fc.stringMatching(/^\d{17,20}$/), shownHash: hash }),
	fc.record({ action: fc.constant('fix-one' as const), issueId: cuid, planHash: hash }),
	fc.record({ action: fc.constant('fix-all' as const), runId: cuid }),
	fc.record({ action: fc.constant('plan' as const), scope }),
	fc.record({ action: fc.constantFrom('bulk' as const, 'release' as const), scope, part, planHash: hash }),
	fc.constant({ action: 'cancel' as const }),
	fc.record({ action: fc.constant('accept-rules' as const), rulesHash: hash, losing: fc.integer({ min: 0, max: 999_999_999 }) }),
	fc.record({ action: fc.constant('end-onboarding' as const), runId: cuid, losing: fc.integer({ min: 0, max: 999_999_999 }) }),
	fc.record({ action: fc.constant('history' as const), days: fc.integer({ min: 1, max: 999 }), page, button }),
	fc.record({ action: fc.constantFrom('exemptions' as const, 'suggest' as const), page, button }),
	fc.record({
		action: fc.constant('accept-link' as const),
		discordId: fc.stringMatching(/^\d{17,20}$/),
		customerId: fc.stringMatching(/^cus_[A-Za-z0-9]{1,36}$/)
	}),
	fc.record({ action: fc.constant('list' as const), list, page, button }),
	fc.record({ action: fc.constantFrom('show-list' as const, 'export-list' as const), list }),
	fc.record({ action: fc.constant('why' as const), issueId: cuid }),
	fc.record({ action: fc.constant('import' as const), batchId: fc.stringMatching(/^[a-z0-9]{1,32}$/), shownHash: hash }),
	fc.record({ action: fc.constant('undo-import' as const), batchId: fc.stringMatching(/^[a-z0-9]{1,32}$/) }),
	fc.record({ action: fc.constant('undo' as const), attemptId: fc.uuid() })
);

describe('custom ID', () => {
	it('parses back to its action and fits 100 characters', () => {
		fc.assert(
			fc.property(action, (value) => {
				const customId = buildCustomId(value);
				expect(customId.length).toBeLessThanOrEqual(100);
				expect(parseCustomId(customId)).toEqual(value);
			})
		);
	});

	it('any one-character mutation parses to a buildable ID or to null', () => {
		fc.assert(
			fc.property(action, fc.nat({ max: 99 }), fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }), (value, at, other) => {
				const customId = buildCustomId(value);
				const mutated = customId.slice(0, at) + other + customId.slice(at + 1);
				const read = parseCustomId(mutated);
				if (read !== null) expect(buildCustomId(read)).toBe(mutated);
			})
		);
	});

	it('starts with the prefix', () => {
		const value: ButtonAction = { action: 'fix', runId: 'run1', page: 2, issueId: 'issue7', planHash: '0123abcd' };
		expect(buildCustomId(value)).toBe('reeve:1:fix:run1:2:issue7:0123abcd');
	});

	it('parses foreign IDs to null and never throws', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: 'binary' }),
					fc.string().map((tail) => `reeve:1:fix:${tail}`)
				),
				(text) => {
					const value = parseCustomId(text);
					if (value !== null) expect(buildCustomId(value)).toBe(text);
				}
			)
		);
	});

	it.each([
		'',
		'reeve:1:fix',
		'reeve:2:fix:run1:2:issue7:0123abcd',
		'reeve:1:fix:run1:2:issue7:0123ABCD',
		'reeve:1:fix:run1:100000:issue7:0123abcd',
		'reeve:1:fix:run1:02:issue7:0123abcd',
		'reeve:1:fix:run1:2:issue7:0123abcd\n',
		'reeve:1:fix:run1:2:issue7:0123abcd:x',
		'reeve:1:page:run1:2:last',
		'reeve:1:page:run1:-1:next'
	])('parses %j to null', (customId) => {
		expect(parseCustomId(customId)).toBeNull();
	});

	it('finds the run and page of a report message from its buttons', () => {
		const undo = buildCustomId({ action: 'undo', attemptId: '0b1c2d3e' });
		const fix = buildCustomId({ action: 'fix', runId: 'run1', page: 2, issueId: 'issue7', planHash: '0123abcd' });
		const [previous, current] = (['previous', 'current'] as const).map((button) =>
			buildCustomId({ action: 'page', runId: 'run2', page: 3, button })
		) as [string, string];
		expect(positionAmong([undo, fix])).toEqual({ runId: 'run1', page: 2 });
		expect(positionAmong([undo, previous, current])).toEqual({ runId: 'run2', page: 3 });
		expect(positionAmong([undo, 'foreign'])).toBeNull();
	});

	it('refuses to build an ID that does not parse back', () => {
		expect(() => buildCustomId({ action: 'page', runId: 'Run:1', page: 0, button: 'next' })).toThrow(RangeError);
		expect(() => buildCustomId({ action: 'page', runId: 'run1', page: 100_000, button: 'next' })).toThrow(RangeError);
		expect(() => buildCustomId({ action: 'page', runId: 'run1', page: 0.5, button: 'next' })).toThrow(RangeError);
	});
});
