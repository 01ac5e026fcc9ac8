import { describe, expect, it } from 'vitest';
import { commonOrigin, describeEvent, describeOrigin } from '../../../src/messages/format/origin.js';
import type { Origin } from '../../../src/reconciliation/domain/origin.js';

const at = '2026-11-28T12:00:00.000Z';
const byMee6: Origin = { kind: 'granted', role: '*Knight*', by: '300000000000000009', byBot: true, at };

describe('describeOrigin', () => {
	it('names who did it, escapes the role, and marks a bot', () => {
		expect(describeOrigin(byMee6)).toBe('\\*Knight\\* was granted by <@300000000000000009> (a bot) on <t:1795867200:D>.');
		expect(describeOrigin({ ...byMee6, by: '@everyone', byBot: null })).not.toContain('@everyone');
	});

	it('says when it is not known, and nothing if it is not watched', () => {
		expect(describeOrigin({ kind: 'unknown' })).toBe('It is not known how this came about.');
		expect(describeOrigin(undefined)).toBe('');
	});
});

describe('describeEvent', () => {
	it('says the same in a few words, to follow what is wrong', () => {
		expect(describeEvent(byMee6, 'Has Knight and pays for nothing.')).toBe(
			'\\*Knight\\* was granted by <@300000000000000009> (a bot) on <t:1795867200:D>'
		);
		expect(describeEvent({ kind: 'joined', at }, '')).toBe('joined the server on <t:1795867200:D>');
		expect(describeEvent({ kind: 'unknown' }, '')).toBe('');
	});

	it('does not repeat a date that was said', () => {
		const ended: Origin = { kind: 'ended', subscriptionId: 'sub_1', at };
		expect(describeEvent(ended, 'Has Lord, but the subscription ended on 2026-11-28T12:00:00Z.')).toBe('');
		expect(describeEvent(ended, 'Has Lord and pays for nothing.')).toBe('the subscription ended on <t:1795867200:D>');
		const failed: Origin = { kind: 'payment-failed', subscriptionId: 'sub_1', at };
		expect(describeEvent(failed, 'Payment failed 2026-11-28T12:00:00Z, beyond the grace period.')).toBe('');
		const subscribed: Origin = { kind: 'subscribed', subscriptionId: 'sub_1', at };
		expect(describeEvent(subscribed, 'Pays for Lord (subscribed on 2026-11-28T12:00:00Z) but has no role.')).toBe('');
		expect(describeEvent(subscribed, 'Should have Lord; has no role.')).toBe('subscribed on <t:1795867200:D>');
	});
});

describe('commonOrigin', () => {
	it('is what most issues have in common', () => {
		const issues = [
			{ origin: { kind: 'unknown' as const } },
			{ origin: byMee6 },
			{ origin: byMee6 },
			{ origin: { kind: 'joined', at } as const }
		];
		expect(commonOrigin(issues)).toBe('2 of 4: granted by <@300000000000000009> (a bot)');
	});

	it('is null if no two issues have it in common, or nothing is known', () => {
		expect(commonOrigin([{ origin: byMee6 }, { origin: { kind: 'joined', at } }])).toBeNull();
		expect(commonOrigin([{ origin: { kind: 'unknown' } }, { origin: { kind: 'unknown' } }, {}])).toBeNull();
	});
});
