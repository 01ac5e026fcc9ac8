import { ButtonStyle, ComponentType } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { listedIssues, nextOpenPage } from '../../../src/messages/report/listed.js';
import { reportPage } from '../../../src/messages/report/page.js';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import type { IssueState } from '../../../src/reconciliation/domain/issue.js';
import { OVER_HTTP, type ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { ADA, AT, AT_SECONDS, attempt, drift, failedResult, issue, issues, NO_NOTICES, OPERATOR, result, state } from '../fixtures.js';
import { brokenLimits, buttonsOf, menusOf, textOf } from '../limits.js';

function page(of: ReconciliationResult, at = 0, states: ReadonlyMap<string, IssueState> = new Map(), isCopy = false) {
	const payload = reportPage({ result: of, states }, at, isCopy);
	expect(brokenLimits(payload)).toEqual([]);
	const [embed, ...more] = payload.embeds;
	if (embed === undefined) throw new Error('no embed');
	expect(more).toEqual([]);
	const lines = (embed.description ?? '').split('\n');
	const first = lines.findIndex((line) => /^\*\*[\d,]+\.\*\* /.test(line));
	return {
		embed,
		lines,
		head: first < 0 ? lines : lines.slice(0, first),
		/** The lines of the issues, and what follows them. */
		issues: first < 0 ? [] : lines.slice(first),
		all: textOf(payload.embeds).join('\n'),
		buttons: buttonsOf(payload.components),
		options: menusOf(payload.components).flatMap(({ options }) => options),
		payload
	};
}

/** One issue in one state. */
function shown(of: Partial<IssueState>, found = issue()) {
	const {
		issues: lines,
		buttons,
		options,
		embed
	} = page(result({ issues: [found] }), 0, new Map([[found.id, state({ planHash: found.planHash, ...of })]]));
	return { lines, button: buttons[0], options, embed };
}

/** Those of the buttons that do one of these things. */
const doing = <Button extends { custom_id: string }>(buttons: readonly Button[], ...actions: string[]): Button[] =>
	buttons.filter(({ custom_id }) => actions.includes(parseCustomId(custom_id)?.action ?? ''));

describe('head of a report', () => {
	it('is a short green embed for a run without issues', () => {
		const { embed: summary, issues: none, buttons } = page(result());
		expect(summary.title).toBe('All clear');
		expect(summary.color).toBe(0x57f287);
		expect(summary.description).toBe(`-# Checked 250 members and 3 teams in 12 s · daily run · <t:${AT_SECONDS + 12}:R> · report only`);
		expect(summary.fields ?? []).toEqual([]);
		expect(none).toEqual([]);
		expect(buttons).toEqual([]);
	});

	it('shows notices of a run without issues', () => {
		const { embed: summary } = page(result({ notices: { ...NO_NOTICES, unclaimed: 12, bots: 1 } }));
		expect(summary.description).toContain('\nNoted: 12 customers pay but have no linked Discord account · 1 bot skipped.');
	});

	it('gives the reason of a failed run, that nothing was changed, and the next step', () => {
		const { embed: summary, buttons } = page(failedResult('Stripe did not answer.', { triggeredBy: 'manual', requestedBy: OPERATOR }));
		expect(summary.title).toBe('Reconciliation failed');
		expect(summary.color).toBe(0xed4245);
		expect(summary.description).toContain('Stripe did not answer.');
		expect(summary.description).toContain('Nothing was changed. Reeve tries again tonight; `/reconcile run` tries now.');
		expect(summary.description).toContain(`<@${OPERATOR}>`);
		expect(buttons).toEqual([]);
	});

	it('does not claim that nothing was changed if a run failed after fixes', () => {
		const { embed: summary } = page(failedResult('The lease was lost.', { issuesFixed: 2 }));
		expect(summary.description).not.toContain('Nothing was changed');
		expect(summary.description).toContain('2 issues had been fixed before that.');
	});

	it('says how many people have the wrong roles, what is wrong, and who asked', () => {
		const found = [
			issue({ id: 'a', type: 'MISSING_ACCESS' }),
			issue({ id: 'b', type: 'MISSING_ACCESS' }),
			issue({ id: 'c', type: 'UNAUTHORIZED_ACCESS' }),
			issue({ id: 'd', type: 'DEBTOR_MISMATCH' }),
			issue({ id: 'e' }),
			issue({ id: 'f', type: 'UNAUTHORIZED_ACCESS', linked: false })
		];
		const { embed, head } = page(result({ issues: found, triggeredBy: 'manual', requestedBy: OPERATOR }));
		expect(embed).toMatchObject({ title: '6 people have the wrong roles', color: 0xf0a020 });
		expect(head).toEqual([
			'**2 locked out, 1 with free access, 1 wrong Debtor role, 1 wrong role, 1 not linked**',
			`-# Nothing changed yet · 250 members checked · started by <@${OPERATOR}> · <t:${AT_SECONDS + 12}:R>`
		]);
		const overHttp = page(result({ issues: found, triggeredBy: 'manual', requestedBy: OVER_HTTP })).head;
		expect(overHttp.at(-1)).toContain(' · started over HTTP · <t:');
		expect(page(result({ issues: found })).head.at(-1)).toBe(`-# Nothing changed yet · 250 members checked · <t:${AT_SECONDS + 12}:R>`);
	});

	it('leaves the kinds out for a single person', () => {
		expect(page(result({ issues: issues(1) })).head).toEqual([expect.stringMatching(/^-# Nothing changed yet/)]);
	});

	it('says what many issues have in common', () => {
		const origin = { kind: 'granted', role: 'Knight', by: '300000000000000009', byBot: true, at: AT.toISOString() } as const;
		const found = issues(3).map((each, index) => (index === 0 ? each : { ...each, origin }));
		expect(page(result({ issues: found })).head.at(-1)).toBe('-# How it came about: 2 of 3: granted by <@300000000000000009> (a bot)');
	});

	it('says what is at stake in money', () => {
		const money = (amount: number, counts: 'paid' | 'unpaid') => ({ amounts: [{ currency: 'usd', amount }], isMinimum: false, counts });
		const found = [issue({ id: 'a', money: money(1000, 'paid') }), issue({ id: 'b', money: money(2950, 'unpaid') })];
		const { head, issues: lines } = page(result({ issues: found }));
		expect(head[1]).toBe('**$10 a month** is paid by people without the access they pay for; **$29.50 a month** of access is not paid.');
		expect(lines[1]).toContain('-# ada · $10 a month · first seen ');
		expect(lines[3]).toContain('-# ada · $29.50 a month, not paid · first seen ');
	});

	it('lists what is new or back first, and leaves the known to a private copy, unless an operator has started the run', () => {
		const since = new Date(AT.getTime() - 86_400_000);
		const old = new Date(since.getTime() - 1000);
		const found = [
			issue({ id: 'a', discordName: 'known', firstSeenAt: old }),
			issue({ id: 'b', discordName: 'new' }),
			issue({ id: 'c', discordName: 'back', firstSeenAt: old, cameBackAt: AT })
		];
		const news = { since, counts: { new: 1, back: 1, known: 1 }, settled: { fixed: 0, undone: 0, ignored: 0, gone: 0 } };
		const listed = ({ options }: ReturnType<typeof page>) => options.flatMap(({ label }) => /^Why (\d · .*)$/.exec(label)?.[1] ?? []);
		const daily = page(result({ issues: found, news }));
		expect(daily.head[1]).toBe(`-# Since the report of <t:${AT_SECONDS - 86_400}:D>: 1 new, 1 back, 1 known`);
		expect(listed(daily)).toEqual(['1 · new', '2 · back']);
		expect(daily.buttons.at(-2)).toMatchObject({ label: 'All 3…', custom_id: 'reeve:1:page:run1:0:current' });
		expect(listed(page(result({ issues: found, news, triggeredBy: 'manual' })))).toEqual(['1 · new', '2 · back', '3 · known']);
	});

	it('counts who is left, and what happened to the others', () => {
		const found = result({ issues: issues(3) });
		const settled = (...ids: string[]) => page(found, 0, new Map(ids.map((id) => [id, state({ status: 'FIXED', settledAt: AT })])));
		expect(settled().embed.title).toBe('3 people have the wrong roles');
		const some = settled('issue1', 'issue3');
		expect(some.embed.title).toBe('1 person has the wrong roles');
		expect(some.head).toEqual([`-# Since then: 2 fixed · 250 members checked · <t:${AT_SECONDS + 12}:R>`]);
		expect(settled('issue1', 'issue2', 'issue3').embed).toMatchObject({ title: '3 people had the wrong roles', color: 0x57f287 });
	});

	it('counts undone and ignored issues as such, and does not call them fixed', () => {
		const states = new Map([
			['issue1', state({ status: 'RESOLVED', settledAt: AT, lastAttempt: attempt({ outcome: 'UNDONE', undoes: 'attempt0' }) })],
			['issue2', state({ status: 'RESOLVED', settledAt: AT, settledBy: OPERATOR })]
		]);
		expect(page(result({ issues: issues(3) }), 0, states).head.at(-1)).toContain('-# Since then: 1 ignored, 1 undone · ');
	});

	it('counts automatic fixes, and what operators did since', () => {
		const found = result({ issues: issues(3), autoFixEnabled: true, issuesFixed: 1 });
		const states = new Map([
			['issue1', state({ status: 'FIXED', settledAt: AT, autoFixedBy: ['run1'] })],
			['issue2', state({ status: 'FIXED', settledAt: AT })]
		]);
		const { embed, head } = page(found, 0, states);
		expect(embed.title).toBe('1 person has the wrong roles');
		expect(head.at(-1)).toContain('-# Auto-fix fixed 1 of 3 · Since then: 1 fixed · 250 members checked');
	});

	it('is red for a held run and explains the release before it lists the issues', () => {
		const hold = { reason: 'This would remove access from 40 of the 200 members who hold a role (limit: 10%).', losing: 40, holders: 200 };
		const { embed, head } = page(result({ issues: issues(41), autoFixEnabled: true, issuesFixed: 1, hold }));
		expect(embed).toMatchObject({ title: '41 people have the wrong roles, on hold', color: 0xed4245 });
		expect(head.slice(-2)).toEqual([
			'**Stopped for your approval: no one has lost access**',
			`${hold.reason} All other fixes were applied. Check Stripe and some of these people; if it is right (40 people would lose access), press Fix all, and type the number that it asks for.`
		]);
	});

	it('is not red any more once an operator has released the hold, and says who did', () => {
		const hold = { reason: 'Too many.', losing: 40, lowering: 4, holders: 200 };
		const { embed, head } = page(result({ issues: issues(41), autoFixEnabled: true, hold, holdReleasedBy: OPERATOR }));
		expect(embed).toMatchObject({ title: '41 people have the wrong roles', color: 0xf0a020 });
		expect(head.slice(-2)).toEqual(['**Approved**', `<@${OPERATOR}> approved this: 36 lose access, 4 move down. Too many.`]);
	});

	it('has a title of its own for a verification', () => {
		expect(page(result({ isVerificationRun: true, triggeredBy: 'verification' })).embed.title).toBe('All clear after the fixes');
		expect(page(result({ issues: issues(1), isVerificationRun: true, triggeredBy: 'verification' })).embed.title).toBe(
			'Verification: 1 issue'
		);
	});

	it('counts what it notes in a small line below the issues, and offers to name it', () => {
		const unknown = [{ reason: { kind: 'price', price: 'price_eur' }, discordIds: ['1'], count: 1_200 } as const];
		const { lines, buttons } = page(result({ issues: issues(7), notices: { ...NO_NOTICES, unknown, unclaimed: 7, absent: 1, bots: 4 } }));
		expect(lines.at(-1)).toBe(
			'-# Noted: 1,200 people left as they are, because something is unknown, 7 payers without a Discord account, 1 payer who left, 4 bots skipped'
		);
		expect(doing(buttons, 'notes')).toMatchObject([{ label: 'Notes…' }]);
		expect(doing(page(result({ issues: issues(7) })).buttons, 'notes')).toEqual([]);
		expect(doing(page(result({ issues: issues(7), notices: { ...NO_NOTICES, bots: 4 } }), 1).buttons, 'notes')).toEqual([]);
	});
});

describe('report without issues', () => {
	it('does not say that all is clear while something is unknown', () => {
		const unknown = [{ reason: { kind: 'price', price: 'price_eur' }, discordIds: ['1'], count: 1 } as const];
		const { embed: summary, all } = page(result({ notices: { ...NO_NOTICES, unknown } }));
		expect(summary.title).toBe('Nothing to fix, but some members could not be judged');
		expect(all).toContain('<@1>: they pay for price_eur');
	});
});

describe('report of one person', () => {
	const exemption = { discordId: ADA, reason: 'founder', createdBy: OPERATOR, expiresAt: new Date('2026-12-12T03:00:00Z') };
	const MEMBER = { held: ['Lord'], expected: ['Lord'], cause: 'Lord paid (sub_1)', linked: true, exemption: null };
	const FROZEN = { reason: { kind: 'status', status: 'frozen' }, discordIds: [ADA], count: 1 } as const;
	const PAID = 'Lord paid ([open in Stripe](https://dashboard.stripe.com/subscriptions/sub_1))';
	it.each([
		['who is right', {}, {}, 'One person: all clear', `<@${ADA}> should have Lord and has just that: ${PAID}.`, 0x57f287],
		[
			'who should have nothing',
			{ held: [], expected: [], cause: 'Lord ended 2026-11-20T03:00:00Z (sub_1)' },
			{},
			'One person: all clear',
			`<@${ADA}> should have no role and has none: Lord ended <t:1795143600:D> (`,
			0x57f287
		],
		[
			'without a link',
			{ held: [], expected: [], linked: false },
			{},
			'One person: all clear',
			`<@${ADA}> is not linked to any customer and has no role, which is right.`,
			0x57f287
		],
		[
			'who is exempt',
			{ held: [], exemption },
			{ exempt: 1 },
			'One person: exempt',
			`<@${ADA}> is exempt until <t:1797044400:D> (founder), so Reeve leaves their roles as they are. Without that they should have Lord; they have no role.`,
			0x57f287
		],
		[
			'who is exempt without an end',
			{ exemption: { ...exemption, expiresAt: null } },
			{ exempt: 1 },
			'One person: exempt',
			'is exempt until an operator ends it (founder)',
			0x57f287
		],
		[
			'who left and pays',
			{ held: null },
			{},
			'One person: not in the server',
			`<@${ADA}> is not in the server. If they join, they should have Lord (${PAID}): the next run finds it.`,
			0x57f287
		],
		[
			'who left and does not pay',
			{ held: null, expected: [], cause: 'no subscription' },
			{},
			'One person: not in the server',
			'is not in the server. If they join, they should have no role: no subscription.',
			0x57f287
		],
		[
			'of whom something is unknown',
			{},
			{ unknown: [FROZEN] },
			'One person: unknown what they should have',
			'keeps the roles they have: Stripe gives the status `frozen`, which Reeve does not know. To settle it,',
			0xf0a020
		],
		['who changed meanwhile', {}, { leftToNextRun: 1 }, 'One person: not judged', 'run it again in a minute', 0xf0a020]
	])('speaks of someone %s alone', (_, member, notices, title, text, color) => {
		const found = { ...NO_NOTICES, ...notices, member: { ...MEMBER, ...member } };
		const { embed: summary } = page(
			result({ onlyMember: ADA, requestedBy: OPERATOR, triggeredBy: 'manual', membersChecked: 1, notices: found })
		);
		expect(summary).toMatchObject({ title, color, description: expect.stringContaining(text) });
		expect(summary.description).not.toContain('Noted');
	});
});

describe('an issue', () => {
	it('is one sentence about the member, and a small line with age and customer', () => {
		expect(shown({}, issue({ timesSeen: 3 })).lines).toEqual([
			`**1.** <@${ADA}> pays for Lord and has Knight.`,
			`-# ada · first seen <t:${AT_SECONDS}:R> · [Stripe](https://dashboard.stripe.com/customers/cus_1)`
		]);
	});

	it.each([
		['Has Lord, but the subscription ended 2026-11-20T08:00:00Z.', ` has Lord, but the subscription ended <t:${AT_SECONDS}:D>.`],
		['Owns the team Acme, so should have Lord; has Knight.', ' owns the team Acme, so should have Lord; has Knight.'],
		['Still marked Debtor, but no longer owes anything.', ' is still marked Debtor, but no longer owes anything.'],
		['Payment failed 2026-11-20T08:00:00Z: should have Debtor.', `: Payment failed <t:${AT_SECONDS}:D>: should have Debtor.`]
	])('says "%s" about the member', (description, text) => {
		expect(shown({}, issue({ description })).lines[0]).toBe(`**1.** <@${ADA}>${text}`);
	});

	it('says in the same sentence how it came about', () => {
		const origin = { kind: 'granted', role: 'Knight', by: '300000000000000009', byBot: true, at: AT.toISOString() } as const;
		expect(shown({}, issue({ description: 'Has Knight and pays for nothing.', origin })).lines[0]).toBe(
			`**1.** <@${ADA}> has Knight and pays for nothing; Knight was granted by <@300000000000000009> (a bot) on <t:${AT_SECONDS}:D>.`
		);
	});

	it('links to test mode for a test key, and to no customer that is none', () => {
		const found = result({ issues: [issue(), issue({ id: 'b', customerIds: ['cus_1)[x](https://e.vil'] })] });
		const { description = '' } = reportPage({ result: found, states: new Map(), stripeMode: 'test' }, 0).embeds[0] ?? {};
		expect(description).toContain('[Stripe](https://dashboard.stripe.com/test/customers/cus_1)');
		expect(description).not.toContain('e.vil');
	});

	it('that is fixed shows operator, time and change, and keeps its button in place, disabled', () => {
		const { lines, button, embed } = shown({
			status: 'FIXED',
			settledAt: AT,
			lastAttempt: attempt({ outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: ['Lord'] })
		});
		expect(lines[0]).toBe(`**1.** <@${ADA}> · ✓ Fixed by <@${OPERATOR}> <t:${AT_SECONDS}:R>: Lord given, Knight removed`);
		expect(embed.color).toBe(0x57f287);
		expect(button).toMatchObject({ label: 'Apply fix 1 · Replace Knight with Lord', disabled: true });
	});

	it.each([
		[
			'an automatic fix',
			{ status: 'FIXED', lastAttempt: attempt({ actor: 'reeve', outcome: 'FIXED' }) },
			`✓ Fixed by Reeve <t:${AT_SECONDS}:R>, automatically: Lord given, Knight removed`
		],
		['one that went away', { status: 'RESOLVED' }, `✓ Went away by itself <t:${AT_SECONDS}:R>`],
		[
			'one that was already gone',
			{ status: 'RESOLVED', lastAttempt: attempt({ outcome: 'RESOLVED', error: 'This member has left the server.' }) },
			`✓ Already gone when checked by <@${OPERATOR}> <t:${AT_SECONDS}:R>. Nothing was changed. This member has left the server.`
		],
		[
			'an ignored one',
			{ status: 'RESOLVED', settledBy: OPERATOR, ignoredUntil: new Date('2026-12-12T03:00:00Z') },
			`Ignored until <t:1797044400:D>: exempted by <@${OPERATOR}> <t:${AT_SECONDS}:R>. Nothing was changed.`
		],
		[
			'one being fixed',
			{ status: 'FIXING', fixingBy: OPERATOR, lastAttempt: attempt() },
			`Being fixed by <@${OPERATOR}>, started <t:${AT_SECONDS}:R>`
		]
	] as const)('says what happened: %s', (_, of, text) => {
		const { lines, button } = shown({ settledAt: AT, ...of });
		expect(lines[0]).toBe(`**1.** <@${ADA}> · ${text}`);
		expect(button?.disabled).toBe(true);
	});

	it.each([
		['FAILED', "Reeve's role is below Lord: drag it above.", "Reeve's role is below Lord: drag it above. The issue is still open."],
		['NOT_APPLIED', null, 'Discord accepted the change, but it did not happen. The issue is still open.'],
		['INTERRUPTED', null, 'Reeve was stopped in the middle of this fix. The issue is still open.'],
		['PLAN_CHANGED', null, 'the plan is out of date, so nothing was changed. The issue is still open.'],
		['EXEMPT', null, 'this person is exempt, so nothing was changed.'],
		['RESOLVED', null, 'the drift was gone, but it has come back. The issue is open again.']
	] as const)('shows an attempt that ended as %s and stays open', (outcome, error, words) => {
		const { lines, button } = shown({ lastAttempt: attempt({ outcome, error }) });
		expect(lines[2]).toBe(`-# Tried by <@${OPERATOR}> <t:${AT_SECONDS}:R>: ${words}`);
		expect(button?.disabled).toBe(false);
	});

	it('shows what a failed attempt changed', () => {
		const lastAttempt = attempt({ outcome: 'FAILED', error: 'No.', rolesBefore: ['Knight'], rolesAfter: ['Knight', 'Lord'] });
		expect(shown({ lastAttempt }).lines[2]).toContain('No. Done before that: Lord given. The issue is still open.');
	});

	it('shows a recurrence', () => {
		const { lines, button } = shown({ cameBackAt: AT, lastAttempt: attempt({ outcome: 'FIXED' }) });
		expect(lines[1]).toContain(` · first seen <t:${AT_SECONDS}:R> · back <t:${AT_SECONDS}:R> · `);
		expect(lines[2]).toBe(
			`-# Came back <t:${AT_SECONDS}:R>, after it was fixed by <@${OPERATOR}> <t:${AT_SECONDS}:R>. The issue is open again.`
		);
		expect(button?.disabled).toBe(false);
	});

	it('says that it is unknown what the member should have', () => {
		const { lines } = shown({ detail: drift({ isUnknown: true }) });
		expect(lines[1]).toContain(' · not now: it is unknown what they should have · ');
	});
});

const TAKEN = { discordRoles: ['Lord'], expectedRoles: [], plan: { add: [], remove: ['Lord'] } };

describe('fix button', () => {
	const styleOf = (over: Parameters<typeof issue>[0]) => {
		const [row] = reportPage({ result: result({ issues: [issue(over)] }), states: new Map() }, 0).components;
		const [button] = row?.components ?? [];
		return button?.type === ComponentType.Button && 'label' in button ? [button.label, button.style] : [];
	};

	it('says what it does: green for what gives access, red for what takes it', () => {
		expect(styleOf({ discordRoles: [], plan: { add: ['Knight'], remove: [] } })).toEqual([
			'Apply fix 1 · Grant Knight',
			ButtonStyle.Success
		]);
		expect(styleOf({})).toEqual(['Apply fix 1 · Replace Knight with Lord', ButtonStyle.Success]);
		expect(styleOf(TAKEN)).toEqual(['Apply fix 1 · Remove Lord', ButtonStyle.Danger]);
		const lowered = { discordRoles: ['Lord'], expectedRoles: ['Knight'], plan: { add: ['Knight'], remove: ['Lord'] } };
		expect(styleOf(lowered)).toEqual(['Apply fix 1 · Replace Lord with Knight', ButtonStyle.Danger]);
	});

	it('is Link… for a member without a link, from whom nothing is offered to be taken', () => {
		const { buttons } = page(result({ issues: [issue({ ...TAKEN, linked: false })] }));
		expect(buttons[0]?.label).toBe('Link 1… · ada');
		expect(parseCustomId(buttons[0]?.custom_id ?? '')).toEqual({ action: 'ask-link-member', discordId: ADA });
		expect(doing(buttons, 'fix')).toEqual([]);
		expect(styleOf({ linked: false, discordRoles: [], plan: { add: ['Knight'], remove: [] } })[0]).toBe('Apply fix 1 · Grant Knight');
	});

	it('carries the plan that the run found', () => {
		const found = issue();
		const { buttons } = page(result({ issues: [found] }));
		expect(parseCustomId(buttons[0]?.custom_id ?? '')).toEqual({
			action: 'fix',
			runId: 'run1',
			page: 0,
			issueId: 'issue1',
			planHash: found.planHash
		});
	});

	it('carries the current plan if the report shows it', () => {
		const detail = drift({ description: 'Has Knight and pays for nothing.', expectedRoles: [], plan: { add: [], remove: ['Knight'] } });
		const hash = planHash(detail);
		const { lines, button } = shown({ planHash: hash, detail });
		expect(lines[0]).toContain('has Knight and pays for nothing.');
		expect(lines[1]).toContain(' · plan changed since this report · ');
		expect(button?.label).toBe('Apply fix 1 · Remove Knight');
		expect(parseCustomId(button?.custom_id ?? '')).toMatchObject({ planHash: hash });
	});

	it('never carries a plan that the report does not show', () => {
		const found = issue();
		const { lines, button } = shown({ planHash: 'ffffffff', detail: null }, found);
		expect(lines[1]).toContain(' · out of date: Apply fix shows what is right now · ');
		expect(parseCustomId(button?.custom_id ?? '')).toMatchObject({ planHash: found.planHash });
	});

	it('has a clean label for any role and name', () => {
		const roles = [`\u202E@everyone\n${'👩'.repeat(500)}`, 'x'.repeat(100)];
		const { buttons } = page(result({ issues: [issue({ discordRoles: [], plan: { add: roles, remove: [] } })] }));
		expect(buttons[0]?.label).toMatch(/^Apply fix 1 · Grant @everyone 👩+…/u);
		expect(buttons[0]?.label?.length).toBeLessThanOrEqual(80);
	});
});

describe('menu', () => {
	it('offers Why, Ignore, Link and Undo where they make sense', () => {
		const found = [issue({ id: 'a' }), issue({ id: 'b', discordName: 'bob', ...TAKEN }), issue({ id: 'c', discordName: 'cleo' })];
		const fixed = state({
			status: 'FIXED',
			settledAt: AT,
			lastAttempt: attempt({ outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: ['Lord'] })
		});
		const { options } = page(result({ issues: found }), 0, new Map([['c', fixed]]));
		expect(options.map(({ label }) => label)).toEqual([
			'Why 1 · ada',
			'Ignore 1 · ada',
			'Why 2 · bob',
			'Ignore 2 · bob',
			'Link 2 · bob',
			'Why 3 · cleo',
			'Undo 3 · cleo'
		]);
		expect(options.map(({ value }) => parseCustomId(value)?.action)).toEqual([
			'why',
			'ignore',
			'why',
			'ignore',
			'ask-link-member',
			'why',
			'undo'
		]);
	});
});

describe('report pages', () => {
	it('hold five issues each, numbered through', () => {
		const { issues: lines, buttons, embed } = page(result({ issues: issues(26) }), 1, new Map(), true);
		expect(lines.flatMap((line) => /^\*\*(\d+)\./.exec(line)?.[1] ?? [])).toEqual(['6', '7', '8', '9', '10']);
		expect(doing(buttons, 'fix', 'page', 'fix-all').map(({ label }) => label?.split(' · ')[0])).toEqual([
			'Apply fix 6',
			'Apply fix 7',
			'Apply fix 8',
			'Apply fix 9',
			'Apply fix 10',
			'◀ Previous',
			'Page 2 of 6',
			'Next ▶',
			'Fix all…'
		]);
		expect(doing(buttons, 'page').map((button) => button.disabled)).toEqual([false, true, false]);
		expect(doing(buttons, 'page').map((button) => parseCustomId(button.custom_id))).toMatchObject([{ page: 0 }, { page: 1 }, { page: 2 }]);
		expect(embed.footer?.text).toBe('Issues 6–10 of 26 · Run run1 · only you see this copy');
	});

	it('are turned in a private copy alone: the shared report opens one', () => {
		const { buttons } = page(result({ issues: issues(26) }));
		expect(doing(buttons, 'page')).toEqual([]);
		expect(doing(buttons, 'open-copy')).toMatchObject([{ label: 'All 26…' }]);
		expect(doing(page(result({ issues: issues(5) })).buttons, 'open-copy', 'page')).toEqual([]);
	});

	it('disable the page buttons at the ends', () => {
		const found = result({ issues: issues(26) });
		const disabled = (at: number) => doing(page(found, at, new Map(), true).buttons, 'page').map((button) => button.disabled);
		expect(disabled(0)).toEqual([true, true, false]);
		expect(disabled(5)).toEqual([false, true, true]);
		expect(doing(page(found, 5).buttons, 'fix')).toHaveLength(1);
	});

	it('list first what the run itself did not fix; nothing that happens later moves an issue', () => {
		const found = result({ issues: issues(7), autoFixEnabled: true, issuesFixed: 2 });
		const fixed = { status: 'FIXED', settledAt: AT } as const;
		const byRun = { autoFixedBy: ['run0', 'run1'] };
		const order = (states: ReadonlyMap<string, IssueState>) => listedIssues({ result: found, states }).map(({ id }) => id);
		const atPost = new Map([
			['issue1', state({ ...fixed, ...byRun })],
			['issue3', state({ ...fixed, ...byRun })]
		]);
		const expected = ['issue2', 'issue4', 'issue5', 'issue6', 'issue7', 'issue1', 'issue3'];
		expect(order(atPost)).toEqual(expected);
		const later = new Map([
			['issue1', state({ status: 'OPEN', ...byRun })],
			['issue3', state({ ...fixed, ...byRun })],
			['issue4', state(fixed)],
			['issue5', state({ ...fixed, autoFixedBy: ['run2'] })]
		]);
		expect(order(later)).toEqual(expected);
	});

	it('go on with the next page that has an open issue', () => {
		const result_ = result({ issues: issues(16) });
		const settle = (from: number, to: number) =>
			new Map(Array.from({ length: to - from + 1 }, (_, index) => [`issue${from + index}`, state({ status: 'FIXED', settledAt: AT })]));
		expect(nextOpenPage({ result: result_, states: new Map() }, 0)).toBe(1);
		expect(nextOpenPage({ result: result_, states: settle(6, 15) }, 0)).toBe(3);
		expect(nextOpenPage({ result: result_, states: settle(6, 16) }, 0)).toBe(0);
		expect(nextOpenPage({ result: result_, states: settle(1, 16) }, 0)).toBe(1);
	});

	it('offer Fix all for several issues', () => {
		expect(doing(page(result({ issues: issues(1) })).buttons, 'fix-all')).toHaveLength(0);
		expect(doing(page(result({ issues: issues(2) })).buttons, 'fix-all')).toHaveLength(1);
		const unlinked = issues(3).map((each) => ({ ...each, linked: false }));
		expect(doing(page(result({ issues: unlinked })).buttons, 'fix-all')).toEqual([]);
	});

	it.each([-1, 99, Number.NaN, Number.POSITIVE_INFINITY, 0.9])('clamp page %d to the existing pages', (at) => {
		const found = result({ issues: issues(26) });
		const expected = at >= 99 ? 5 : 0;
		expect(page(found, at).payload).toEqual(page(found, expected).payload);
	});

	it.each([
		[0, 'All clear'],
		[1, '1 person has the wrong roles'],
		[5, '5 people have the wrong roles'],
		[53, '53 people have the wrong roles'],
		[5000, '5,000 people have the wrong roles']
	])('are one embed of at most 18 lines of 45 characters for %d issues', (many, title) => {
		const found = issues(many).map((each, index) => {
			const grants = {
				type: 'MISSING_ACCESS',
				discordRoles: [],
				plan: { add: ['Knight'], remove: [] },
				description: 'Pays for Knight and has no role.'
			} as const;
			const takes = {
				...TAKEN,
				type: 'UNAUTHORIZED_ACCESS',
				description: 'Has Lord, but the subscription ended 2026-11-18T00:00:00Z.'
			} as const;
			return { ...each, ...(index % 2 === 0 ? grants : takes), timesSeen: 3 };
		});
		const { embed, lines } = page(result({ issues: found }));
		expect(embed.title).toBe(title);
		expect([title, ...lines, embed.footer?.text ?? ''].reduce((sum, line) => sum + linesOnPhone(line), 0)).toBeLessThanOrEqual(18);
	});

	it('number a thousand pages for 5,000 issues', () => {
		const { buttons } = page(result({ issues: issues(5000) }), 999, new Map(), true);
		expect(doing(buttons, 'page')[1]?.label).toBe('Page 1,000 of 1,000');
	});
});

/** A line as a phone shows it: some 45 characters, 55 in small print. */
function linesOnPhone(line: string): number {
	const drawn = line
		.replace(/<t:\d+:R>/g, '12 minutes ago')
		.replace(/<t:\d+:D>/g, '20 November 2026')
		.replace(/<@\d+>/g, '@marek_c')
		.replace(/\[(\w+)\]\([^)]*\)/g, '$1')
		.replaceAll('**', '');
	return Math.ceil(drawn.replace('-# ', '').length / (line.startsWith('-# ') || line.includes('Run ') ? 55 : 45));
}
