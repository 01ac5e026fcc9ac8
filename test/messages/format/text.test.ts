import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownToText } from '../../../src/messages/format/markdown-to-text.js';
import { linkStripeIds } from '../../../src/messages/format/stripe-links.js';
import { clean, cut, escapeName, escapeText, mention, plainName, sentence } from '../../../src/messages/format/text.js';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('escapeName', () => {
	it.each([
		['a mention', '<@123456789012345678>', '\\<@123456789012345678>'],
		['a role mention', '<@&1>', '\\<@&1>'],
		['bold', '**ada**', '\\*\\*ada\\*\\*'],
		['a masked link', '[free nitro](https://evil.example)', '\\[free nitro\\](https:\\//evil.example)'],
		['a bare link', 'https://evil.example', 'https:\\//evil.example'],
		['code', '`x` ||y|| ~~z~~', '\\`x\\` \\|\\|y\\|\\| \\~\\~z\\~\\~'],
		['a heading', '# ada', '\\# ada'],
		['a list', '- ada', '\\- ada'],
		['a numbered list', '1. ada', '1\\. ada'],
		['a quote', '> ada', '\\> ada'],
		['italics', '_ada_', '\\_ada\\_'],
		['an underline', '__ada__', '\\_\\_ada\\_\\_'],
		['a backslash', '\\*', '\\\\\\*'],
		['a timestamp', '<t:0:R>', '\\<t:0:R>']
	])('shows a name literally, never as %s', (_, name, shown) => {
		expect(escapeName(name)).toBe(shown);
	});

	it('cannot ping everyone', () => {
		expect(escapeName('@everyone @here')).toBe('@\u200Beveryone @\u200Bhere');
		expect(escapeName('@\u200Beveryone')).not.toContain('@everyone');
	});

	it('keeps an underscore within a word', () => {
		expect(escapeText('past_due: price_knight', 100)).toBe('past_due: price_knight');
	});

	it('removes newlines, zero-width characters and direction marks', () => {
		expect(clean('a\r\n\tb\u200B\u200D\u2060c \u202Egnp.exe\u2066\u061C\uFEFF\0')).toBe('a bc gnp.exe');
	});

	it('keeps emoji intact', () => {
		expect(clean('❤️ 👩')).toBe('❤️ 👩');
		expect(cut('ab👩👩', 5)).toBe('ab👩…');
		expect(cut('ab👩👩', 4)).toBe('ab…');
	});

	it('limits stacked combining marks', () => {
		expect(clean(`a${'\u0301'.repeat(50)}`)).toBe(`a${'\u0301'.repeat(3)}`);
	});

	it('is never empty', () => {
		for (const name of ['', ' ', '\u200B', '\u3164', '\u2800', '\uFE0F', '\uD83D']) {
			expect(escapeName(name)).toBe('no visible name');
			expect(plainName(name)).toBe('no visible name');
		}
	});

	it('does not escape the ellipsis when it is cut', () => {
		expect(escapeText('abc*def', 5)).toBe('abc…');
		expect(escapeText('ab\\\\\\', 6)).toBe('ab\\\\…');
	});
});

describe('escapeText on any text', () => {
	it('stays within the maximum, well-formed and literal', () => {
		fc.assert(
			fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, max) => {
				const shown = escapeText(text, max);
				expect(shown.length).toBeLessThanOrEqual(max);
				expect(shown.isWellFormed()).toBe(true);
				expect(shown).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
				// Every character that could start markup stands behind an escape.
				expect(shown.replace(/\\[^0-9A-Za-z\s]/g, '')).not.toMatch(/[*~|`<[\]]|:\/\/|@everyone|@here/i);
			})
		);
	});

	it('does not cut short text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 20 }), (text) => {
				expect(cut(text, 20)).toBe(text);
			})
		);
	});
});

it('mention mentions only Discord IDs', () => {
	expect(mention('1001')).toBe('<@1001>');
	expect(mention('1> @everyone')).toBe('1> @\u200Beveryone');
});

describe('sentence', () => {
	it("shows a time as a date in the reader's time zone", () => {
		expect(sentence('Ended 2026-11-28T22:30:00Z, or 2026-11-28.', 100)).toBe('Ended <t:1795905000:D>, or 2026-11-28.');
		expect(sentence('Ended 2026-11-28T22:30:00Z', 20)).toBe('Ended 2026-11-28T22…');
	});

	it("keeps Reeve's own links and commands, and escapes those of others", () => {
		expect(sentence('See https://status.stripe.com, then use `/reconcile run`.', 100)).toBe(
			'See https://status.stripe.com, then use `/reconcile run`.'
		);
		expect(sentence('See https://status.stripe.com.evil.example: https://evil.example `x`', 100)).not.toMatch(/https:\/\/|(?<!\\)`x/);
		expect(sentence('<@1> **Acme** [x](https://evil.example)', 100)).toBe(escapeText('<@1> **Acme** [x](https://evil.example)', 100));
	});

	it('stays within its length', () => {
		fc.assert(fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, max) => sentence(text, max).length <= max));
	});
});

describe('linkStripeIds', () => {
	it('links subscriptions and customers to the dashboard, as far as there is room', () => {
		const linked =
			'[cus_1](https://dashboard.stripe.com/customers/cus_1) · [open in Stripe](https://dashboard.stripe.com/subscriptions/sub_1)';
		const link = (max: number) => linkStripeIds('cus_1 · sub_1', max, { hideSubscriptionIds: true });
		expect(link(500)).toBe(linked);
		expect(linkStripeIds('sub_1 has no items', 500)).toBe('[sub_1](https://dashboard.stripe.com/subscriptions/sub_1) has no items');
		expect(link(linked.length - 1)).toBe('[cus_1](https://dashboard.stripe.com/customers/cus_1) · sub_1');
		expect(link(13)).toBe('cus_1 · sub_1');
	});

	it('leaves an ID that was cut off', () => {
		expect(linkStripeIds('Active · sub_12…', 500)).toBe('Active · sub_12…');
	});
});

describe('markdownToText', () => {
	it('writes a date as a day, and a time with its zone', () => {
		const reader = { nameOf: () => 'ada', timeZone: 'Europe/Berlin' };
		expect(markdownToText('<t:1795905000:D>, <t:1795905000:f>, <t:1795905000:R>', reader)).toBe(
			'28 Nov 2026, 28 Nov 2026, 23:30 (Europe/Berlin), 28 Nov 2026, 23:30 (Europe/Berlin)'
		);
	});
});
