import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdownToText } from '../../../src/messages/format/markdown-to-text.js';
import { escapeText } from '../../../src/messages/format/text.js';
import { type EmailInput, renderEmail } from '../../../src/messages/report/email.js';
import { countEffects } from '../../../src/reconciliation/domain/effect.js';
import { ADA, AT, attempt, failedResult, HOLD, issue, issues, OPERATOR, result, state } from '../fixtures.js';

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
	test('has what a report says about each person, with days and names', () => {
		const found = issue({ discordName: 'ada', firstSeenAt: AT, description: 'Has Lord, but the subscription ended 2026-11-19T23:30:00Z.' });
		const { subject, text } = of({ issues: [found], triggeredBy: 'manual', requestedBy: OPERATOR });
		expect(subject).toBe('Reeve · Council: 1 person has the wrong roles');
		for (const part of [
			`Open in Discord: ${URL}`,
			'Run started by olive, 20 Nov 2026, 09:00 (Europe/Berlin), 250 members checked.',
			'ada: Has Lord, but the subscription ended 20 Nov 2026.',
			'Plan: Give Lord, then remove Knight\n'
		])
			expect(text).toContain(part);
		for (const markup of ['**', '<@', '<t:', '`']) expect(text).not.toContain(markup);
	});

	test('says that auto-fix corrected everyone, if it did', () => {
		const { subject } = of({ issues: issues(2), autoFixEnabled: true, issuesFixed: 2 });
		expect(subject).toBe('Reeve · Council: The roles of 2 people were corrected');
	});

	test('has the same facts in HTML', () => {
		const { html } = of({ issues: issues(3) });
		for (const part of [
			'3 people have the wrong roles',
			'member3',
			`<a href="${URL}"`,
			'<meta name="viewport"',
			'prefers-color-scheme:dark'
		])
			expect(html).toContain(part);
		expect(html).not.toMatch(/<script|<img|\ssrc=|http:\/\//);
	});

	test('has no internal ID: of the run, of Stripe or of a member', () => {
		const description = 'Has Knight, but only pays for price_1NxYz7abcdEfgh and sub_1 (cus_1), which is not assigned to a role.';
		const found = issue({ description, customerIds: ['cus_1'] });
		const held = { reason: 'The subscription sub_1NxYz7abc (of cus_9) is odd.', losing: 4, holders: 9 };
		const notifications = [
			{ kind: 'run', result: result({ runId: 'cmwzqg00k0001', issues: [found], hold: held }) },
			{ kind: 'run', result: failedResult("Stripe has an outage (Stripe's request req_1NxYz7abc).") }
		] as const;
		for (const notification of notifications) {
			const { subject, text, html } = of({}, { notification });
			for (const part of [subject, text, html.replace(URL, '')]) expect(part).not.toMatch(/(cus|sub|price|req)_|cmwzqg|\d{17}/);
		}
		expect(of({ issues: [found] }).text).toContain('Has Knight, but only pays for a price and a subscription, which is not');
	});

	test('says what the issues are about in money, together and each', () => {
		const money = (amount: number, counts: 'paid' | 'unpaid') => ({ amounts: [{ currency: 'usd', amount }], isMinimum: false, counts });
		const found = [issue({ money: money(1000, 'paid') }), issue({ id: 'i2', money: money(2900, 'unpaid') })];
		const { text } = of({ issues: found });
		expect(text).toContain('$10 a month is paid by people without the access they pay for; $29 a month of access is not paid.');
		expect(text).toContain(' · $10 a month\n');
		expect(text).toContain(' · $29 a month, not paid\n');
		const states = new Map([['i2', state({ status: 'FIXED' })]]);
		expect(of({ issues: found }, { states }).text).toContain('$10 a month is paid by people without the access they pay for.');
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
		expect(text).toContain(
			'Stopped for your approval: no one has lost access\nToo many. Check Stripe and some of these people; if it is right, press Fix all'
		);
	});

	test('shows operator and reason of a held bulk fix, and that nothing was taken', () => {
		const { subject, text } = of({}, { notification: { kind: 'hold', hold: HOLD } });
		expect(subject).toContain('On hold: 7 would lose access, 2 would move down');
		for (const part of ['olive asked for a bulk fix that takes access.', 'Nothing has been taken yet.', 'Too many.', 'typing 9'])
			expect(text).toContain(part);
	});

	test('dates the overdue alert', () => {
		const { subject, text } = of({}, { notification: { kind: 'overdue', since: AT } });
		expect(subject).toContain('No run has succeeded for more than 26 hours');
		expect(text).toContain('The last successful run was 20 Nov 2026, 09:00 (Europe/Berlin). Until');
	});

	test('names rules that changed without the IDs in them', () => {
		const changes = ['Prices of Lord: price_1NxYz7abc → price_1NxYz7abd', 'Grace period: 48 hours → 24 hours'];
		const ruleChange = { changes, since: AT, acceptedBy: null, effects: countEffects([]), rulesHash: 'deadbeef' };
		expect(of({ issues: issues(1), ruleChange }).text).toContain('Prices of Lord: see the report\nGrace period: 48 hours → 24 hours\n');
	});

	test('says why the report could not be posted', () => {
		expect(of({}, { report: { whyNot: 'Reeve does not see the channel.' } }).html).toContain(
			'could not be posted in the admin channel: Reeve does not see'
		);
	});

	test('lists fifty issues and counts the rest', () => {
		const { text, html } = of({ issues: issues(5000) });
		expect(text).toContain('member50: ');
		expect(text).not.toContain('member51: ');
		expect(text).toContain('… and 4,950 more');
		expect(html.length).toBeLessThan(200_000);
	});

	describe('compared with the last report', () => {
		const day = (days: number) => new Date(AT.getTime() + days * 86_400_000);
		const NONE = { fixed: 0, undone: 0, ignored: 0, gone: 0 };
		const known = issue({ id: 'known', discordName: 'kay', firstSeenAt: day(-9) });
		const fresh = issue({ id: 'new', discordName: 'nora' });
		const back = issue({ id: 'back', discordName: 'bob', firstSeenAt: day(-9), cameBackAt: AT });
		const since = day(-1);
		const counts = { new: 0, back: 0, known: 0 };

		test('says when Reeve first saw an issue that it has not found just now', () => {
			const news = { since, counts: { new: 2, back: 1, known: 0 }, settled: NONE };
			const found = issue({ id: 'noon', discordName: 'ned', firstSeenAt: day(-0.5), cameBackAt: day(-0.25) });
			const { text } = of({ issues: [fresh, found, back], news });
			const detailsOf = (name: string) => text.split('\n')[text.split('\n').findIndex((line) => line.startsWith(`${name}: `)) + 1];
			expect(detailsOf('nora')).toBe('Plan: Give Lord, then remove Knight');
			expect(detailsOf('ned')).toBe('Plan: Give Lord, then remove Knight · first seen 19 Nov 2026 · back since 20 Nov 2026');
			expect(detailsOf('bob')).toBe('Plan: Give Lord, then remove Knight · first seen 11 Nov 2026');
		});

		test('is in full for what is new or back, and counts the rest', () => {
			const news = { since, counts: { new: 1, back: 1, known: 1 }, settled: { ...NONE, fixed: 2, gone: 1 } };
			const { subject, text } = of({ issues: [known, fresh, back], news });
			expect(subject).toBe('Reeve · Council: 1 more person has the wrong roles, 1 again');
			expect(text).toContain('Since 19 Nov 2026: 1 new, 1 back, 1 known; 2 fixed, 1 gone without a fix.');
			expect(text).toMatch(/New\n---\n\nnora: [\s\S]*Back\n----\n\nbob: /);
			expect(text).not.toContain('kay');
		});

		test('is two lines where nothing is new', () => {
			const news = { since, counts: { ...counts, known: 1 }, settled: NONE };
			const { subject, text, html } = of({ issues: [known], news });
			expect(subject).toBe('Reeve · Council: Nothing new: 1 person still has the wrong roles');
			expect(text.split('\n')).toEqual([
				'Nothing new: 1 person still has the wrong roles, first seen 11 Nov 2026.',
				`Show them in Discord: ${URL}`
			]);
			expect(html.match(/<p /g)).toHaveLength(2);
			for (const part of text.split(': ').slice(0, 2)) expect(html).toContain(part.split('\n')[0]);
		});

		test('says how long they have been open on the days of a reminder', () => {
			const open = issue({ firstSeenAt: day(-6) });
			const { text } = of({ issues: [open, known], news: { since, counts: { ...counts, known: 2 }, settled: NONE } });
			expect(text).toContain('2 people still have the wrong roles, the oldest first seen 11 Nov 2026. Reminder: 1 open for 7 days.\n');
		});

		test('is in full again if a run was held, with what it waits for', () => {
			const hold = { reason: 'Too many.', losing: 4, holders: 9 };
			const { subject, text } = of({ issues: [known], hold, news: { since, counts: { ...counts, known: 1 }, settled: NONE } });
			expect(subject).toContain('On hold: 4 people would lose access');
			expect(text).toContain('Too many.');
			expect(text).not.toContain('kay');
		});

		test('names whom auto-fix has corrected, also if they were known', () => {
			const lastAttempt = attempt({ actor: 'reeve', outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: ['Lord'] });
			const { subject, text } = of(
				{ issues: [known], autoFixEnabled: true, issuesFixed: 1, news: { since, counts: { ...counts, known: 1 }, settled: NONE } },
				{ states: new Map([['known', state({ status: 'FIXED', lastAttempt })]]) }
			);
			expect(subject).toContain('The roles of 1 person were corrected');
			expect(text).toContain('Auto-fix is on: 1 of 1 fixed.');
			expect(text).toMatch(/Corrected now[\s\S]*kay: [\s\S]*Fixed: Lord given, Knight removed/);
		});
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
		expect(text).toContain('**b** <@123456789012345678> [c](https:/…');
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
