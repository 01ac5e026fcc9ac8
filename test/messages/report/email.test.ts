import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdownToText } from '../../../src/messages/format/markdown-to-text.js';
import { escapeText } from '../../../src/messages/format/text.js';
import { type EmailInput, renderEmail } from '../../../src/messages/report/email.js';
import { ADA, AT, failedResult, HOLD, issue, issues, OPERATOR, result } from '../fixtures.js';

const URL = 'https://discord.com/channels/1/2/3';
const reader = { nameOf: (id: string) => (id === ADA ? 'ada' : 'olive'), timeZone: 'Europe/Berlin' };
const of = (over: Parameters<typeof result>[0] = {}, parts: Partial<EmailInput> = {}) =>
	renderEmail({
		notification: { kind: 'run', result: result(over) },
		states: new Map(),
		guildName: 'Council',
		report: { url: URL },
		...reader,
		...parts
	});

describe('renderEmail', () => {
	test("has the report's facts as plain text with absolute times and names", () => {
		const { subject, text } = of({ issues: [issue({ discordName: 'ada' })], triggeredBy: 'manual', requestedBy: OPERATOR });
		expect(subject).toBe('Reeve · Council: 1 person has the wrong roles');
		for (const part of [
			URL,
			`started by olive (${OPERATOR})`,
			'1. Has the wrong role',
			`ada (${ADA}) · ada`,
			'Plan: Give Lord, then remove Knight',
			'Stripe says: Active · Lord (price_lord) · open in Stripe (https://dashboard.stripe.com/subscriptions/sub_1)',
			'First seen 20 Nov 2026, 09:00 (Europe/Berlin)'
		])
			expect(text).toContain(part);
		for (const markup of ['**', '<@', '<t:', '`']) expect(text).not.toContain(markup);
	});

	test('has the same facts in HTML', () => {
		const { html } = of({ issues: issues(3) });
		for (const part of ['3 people have the wrong roles', '3. Has the wrong role', 'member3', `<a href="${URL}">`])
			expect(html).toContain(part);
		expect(html).not.toMatch(/<script|<img|\ssrc=|http:\/\//);
	});

	test('gives the reason of a failed run and the next step', () => {
		const notification = { kind: 'run', result: failedResult('Stripe refused the key.') } as const;
		const { subject, text } = of({}, { notification });
		expect(subject).toContain('Reconciliation failed');
		expect(text).toContain('Stripe refused the key.');
		expect(text).toContain('Reeve tries again tonight; /reconcile run tries now.');
	});

	test('shows the hold of a run', () => {
		const { text } = of({ issues: issues(1), autoFixEnabled: true, hold: { reason: 'Too many.', losing: 40, holders: 200 } });
		expect(text).toContain('Stopped for your approval: no one has lost access: Too many.');
	});

	test('shows operator and reason of a held bulk fix, and that nothing was taken', () => {
		const { subject, text } = of({}, { notification: { kind: 'hold', hold: HOLD } });
		expect(subject).toContain('On hold: 7 lose access, 2 move down');
		for (const part of [
			`olive (${OPERATOR}) asked for a bulk fix that takes access.`,
			'Nothing has been taken yet.',
			'Too many.',
			'typing 9'
		])
			expect(text).toContain(part);
	});

	test('dates the overdue alert', () => {
		const { subject, text } = of({}, { notification: { kind: 'overdue', since: AT } });
		expect(subject).toContain('No run has succeeded for more than 26 hours');
		expect(text).toContain('20 Nov 2026, 09:00 (Europe/Berlin)');
	});

	test('says why the report could not be posted', () => {
		expect(of({}, { report: { whyNot: 'Reeve does not see the channel.' } }).html).toContain(
			'could not be posted in the admin channel: Reeve does not see'
		);
	});

	test('lists fifty issues and counts the rest', () => {
		const { text, html } = of({ issues: issues(5000) });
		expect(text).toContain('50. Has the wrong role');
		expect(text).not.toContain('51. Has the wrong role');
		expect(text).toContain('… and 4,950 more');
		expect(html.length).toBeLessThan(200_000);
	});

	test('is safe for any names', () => {
		const hostile = [
			'<script>alert(1)</script>',
			'"><img src=x onerror=alert(1)>',
			'a\r\nBcc: eve@example.com',
			'**b** <@123456789012345678> [c](https://evil.example)',
			'\u202Eevil'
		];
		const { subject, text, html } = of(
			{ issues: hostile.map((discordName, index) => issue({ id: `i${index}`, discordName, databaseStatus: discordName })) },
			{ guildName: 'Council\r\nBcc: eve@example.com' }
		);
		expect(subject).not.toMatch(/[\r\n]/);
		expect(html).not.toMatch(/<script|<img/);
		expect(text).toContain('**b** <@123456789012345678> [c](https://evil.example)'.replace('://', '://'));
		expect(text).not.toMatch(/\u202E|\r/);
	});
});

describe('markdownToText', () => {
	test('reverses escapeText for any text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
				const once = markdownToText(escapeText(text, 10_000), reader);
				expect(markdownToText(escapeText(once, 10_000), reader)).toBe(once);
			})
		);
		for (const text of ['a_b*c', '<@123>', '`x`', '# h', '1. a', '@everyone', 'https://x.example', '[a](b)'])
			expect(markdownToText(escapeText(text, 100), reader)).toBe(text);
	});
});
