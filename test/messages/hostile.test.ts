import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bulkPlanReply, bulkReply, singlePlanReply } from '../../src/messages/replies/bulk.js';
import { doctorEmbed } from '../../src/messages/replies/doctor.js';
import { exemptedAnnouncement, exemptedReply, exemptionEndedAnnouncement, exemptionsReply } from '../../src/messages/replies/exemptions.js';
import { neutralizeFormulas } from '../../src/messages/replies/export/csv.js';
import { renderEmail } from '../../src/messages/report/email.js';
import { holdAnnouncement } from '../../src/messages/report/hold.js';
import { noticeLines } from '../../src/messages/report/notices.js';
import { bulkPlanOf, type ListedIssue } from '../../src/reconciliation/fixes/bulk-plan.js';
import { ADA, AT, HOLD, issue, NO_NOTICES, OPERATOR, result } from './fixtures.js';

/** What people call themselves, their teams and their reasons, in every message that repeats it. */

const HOSTILE = [
	'@everyone',
	'@here',
	'<@&100000000000000003>',
	'<@100000000000000004>',
	'<#100000000000000005>',
	'</reconcile fix:1>',
	'<t:0:R>',
	'[free](https://evil.example)',
	'https://evil.example',
	'# heading',
	'> quote',
	'- list',
	'```js\n1\n```',
	'||spoiler||',
	'**bold** _it_ ~~gone~~ `code`',
	'<script>alert(1)</script>',
	'\u202Egnp.exe\u2066',
	'a\u200Bb\u2060',
	'a\r\nBcc: eve@example.com',
	'=HYPERLINK("https://evil.example")',
	'+1+1',
	'\tx',
	'\uD800',
	'Z\u0310\u0311\u0312\u0313\u0314',
	'x'.repeat(1_500),
	'*'.repeat(1_500)
] as const;
const hostile = fc.oneof(
	fc.constantFrom(...HOSTILE),
	fc.array(fc.constantFrom(...HOSTILE), { minLength: 2, maxLength: 4 }).map((parts) => parts.join(' ')),
	fc.string({ unit: 'binary', maxLength: 80 })
);

const AHA = `(?<!\\\\)(?:\\\\\\\\)*`;
const DIRECTION = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\r]/;
/** What acts in Discord, unless Reeve has taken its meaning away. */
const LIVE = [
	/@everyone|@here/,
	new RegExp(`${AHA}<@&`),
	new RegExp(`${AHA}<#`),
	new RegExp(`${AHA}</\\w`),
	/\]\(https?:\/\/evil/,
	/https?:\/\/evil/,
	DIRECTION
];

/** Everything in a message that Discord draws with markup: not the labels of buttons. */
function texts(message: unknown): string[] {
	if (typeof message === 'string') return [message];
	if (typeof message !== 'object' || message === null) return [];
	return Object.entries(message).flatMap(([key, value]) =>
		key === 'label' ? [] : key === 'custom_id' || key === 'value' ? textsOfValue(value) : texts(value)
	);
}

function labels(message: unknown): string[] {
	if (typeof message !== 'object' || message === null) return [];
	return Object.entries(message).flatMap(([key, value]) => (key === 'label' && typeof value === 'string' ? [value] : labels(value)));
}

/** A field's value is drawn; a menu's is not. */
function textsOfValue(value: unknown): string[] {
	return typeof value === 'string' && !/^[\w:-]+$/.test(value) ? [value] : [];
}

function expectHarmless(message: unknown): void {
	for (const text of texts(message)) {
		expect(text.isWellFormed()).toBe(true);
		for (const live of LIVE) expect(text).not.toMatch(live);
	}
	for (const label of labels(message)) {
		expect(label.isWellFormed()).toBe(true);
		expect(label).not.toMatch(DIRECTION);
	}
}

const listed = (text: string): ListedIssue => ({
	...issue({ discordName: text, description: text, stripeStatus: text, databaseStatus: text, plan: { add: [text], remove: [text] } }),
	lastRunId: 'run1'
});
const exemption = (reason: string) => ({ id: 'e1', discordId: ADA, reason, createdBy: reason, createdAt: AT, expiresAt: null });

describe('hostile names and texts are harmless', () => {
	test('in the plan and result of a bulk fix', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				const plan = bulkPlanOf('all', { runId: 'run1', ruleChange: null, onboarding: null }, [listed(text)], () => ({
					reason: text,
					losing: 9,
					holders: 10
				}));
				const { files: _, ...shown } = bulkPlanReply(plan);
				expectHarmless(shown);
				expectHarmless(singlePlanReply(listed(text)));
				const failed = {
					kind: 'ended',
					attemptId: 'a',
					outcome: 'FAILED',
					issue: listed(text),
					rolesBefore: [text],
					rolesAfter: null,
					error: text,
					newDrift: null
				} as const;
				expectHarmless(
					bulkReply({ kind: 'done', plan, part: 'gives', results: [{ issue: listed(text), result: failed, fixed: false }], left: 0 }, 'all')
				);
			})
		);
	});

	test('in holds, doctor results and notices', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				expectHarmless(holdAnnouncement({ ...HOLD, reason: text, actor: text }));
				expectHarmless(doctorEmbed([{ subject: 'Stripe', verdict: 'error', message: text }]));
				expectHarmless(
					noticeLines({
						...NO_NOTICES,
						overclaimedTeams: [{ teamId: 't', name: text, claimed: 2, paid: 1 }],
						malformedLinks: [{ customerId: 'cus_1', value: text }],
						contestedLinks: [{ customerId: 'cus_1', values: [text, text] }]
					})
				);
			})
		);
	});

	test('in exemptions', async () => {
		await fc.assert(
			fc.asyncProperty(hostile, async (text) => {
				const exempted = { exemption: exemption(text), replaced: [exemption(text)], settledIn: null };
				expectHarmless(exemptedReply(exempted));
				expectHarmless(exemptedAnnouncement(exempted));
				expectHarmless(exemptionEndedAnnouncement(OPERATOR, exemption(text)));
				const { embeds } = await exemptionsReply([exemption(text)], 0, async (ids) => new Map([...ids].map((id) => [id, text])));
				expectHarmless(embeds);
			})
		);
	});

	test('in an email: no tag, no extra header', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				const { subject, html } = renderEmail({
					notification: { kind: 'run', result: result({ issues: [listed(text)] }) },
					states: new Map(),
					guildName: text,
					nameOf: () => text,
					timeZone: 'UTC',
					report: { whyNot: text }
				});
				expect(subject).not.toMatch(/[\r\n]/);
				expect(html).not.toMatch(/<(script|img|iframe|a href="(?!https:\/\/discord))/i);
			})
		);
	});

	test('in a CSV file: no formula', () => {
		fc.assert(
			fc.property(hostile, (text) => {
				expect(neutralizeFormulas(text)).not.toMatch(/^[\s]*[=+\-@\t\r|%]/);
			})
		);
	});
});
