import { describe, expect, it } from 'vitest';
import { isInForce } from '../../../src/reconciliation/domain/links.js';

const NOW = new Date('2026-11-20T12:00:00Z');

describe('isInForce', () => {
	it('is true for an exemption without an end', () => {
		expect(isInForce({ expiresAt: null }, NOW)).toBe(true);
	});

	it('is true until the moment of the end, and false from then on', () => {
		expect(isInForce({ expiresAt: new Date(NOW.getTime() + 1) }, NOW)).toBe(true);
		expect(isInForce({ expiresAt: NOW }, NOW)).toBe(false);
		expect(isInForce({ expiresAt: new Date(NOW.getTime() - 1) }, NOW)).toBe(false);
	});
});
