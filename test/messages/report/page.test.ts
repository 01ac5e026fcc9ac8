import { describe, expect, it } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import { reportPage } from '../../../src/messages/report/page.js';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import type { IssueState } from '../../../src/reconciliation/domain/issue.js';
import { OVER_HTTP, type ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import type { UnknownMembers } from '../../../src/reconciliation/domain/unknown.js';
import { ADA, AT, AT_SECONDS, attempt, drift, failedResult, issue, issues, NO_NOTICES, OPERATOR, result, state } from '../fixtures.js';
import { brokenLimits, buttonsOf, textOf } from '../limits.js';

function page(of: ReconciliationResult, at = 0, states: ReadonlyMap<string, IssueState> = new Map()) {
	const payload = reportPage({ result: of, states }, at);
	expect(brokenLimits(payload)).toEqual([]);
	const [summary, ...rest] = payload.embeds;
	if (summary === undefined) throw new Error('no summary');
	return { summary, issues: rest, all: textOf(payload.embeds).join('\n'), buttons: buttonsOf(payload.components), payload };
}

/** One issue in one state. */
function shown(of: Partial<IssueState>, found = issue()) {
	const { issues: embeds, buttons } = page(
		result({ issues: [found] }),
		0,
		new Map([[found.id, state({ planHash: found.planHash, ...of })]])
	);
	const field = (name: string) => embeds[0]?.fields?.find((candidate) => candidate.name === name)?.value;
	return { embed: embeds[0], field, button: buttons[0] };
}

/** Those of the buttons that do one of these things. */
const doing = <Button extends { custom_id: string }>(buttons: readonly Button[], ...actions: string[]): Button[] =>
	buttons.filter(({ custom_id }) => actions.includes(parseCustomId(custom_id)?.action ?? ''));

describe('summary embed', () => {
	it('is a short green embed for a run without issues', () => {
		const { summary, issues: none, buttons } = page(result());
		expect(summary.title).toBe('All clear');
		expect(summary.color).toBe(0x57f287);
		expect(summary.description).toBe(`-# Checked 250 members and 3 teams in 12 s · daily run · <t:${AT_SECONDS + 12}:R> · report only`);
		expect(summary.fields ?? []).toEqual([]);
		expect(none).toEqual([]);
		expect(buttons).toEqual([]);
	});

	it('shows notices of a run without issues', () => {
		const { summary } = page(result({ notices: { ...NO_NOTICES, unclaimed: 12, bots: 1 } }));
		expect(summary.description).toContain('\nNoted: 12 customers pay but have no linked Discord account · 1 bot skipped.');
	});

	it('gives the reason of a failed run, that nothing was changed, and the next step', () => {
		const { summary, buttons } = page(failedResult('Stripe did not answer.', { triggeredBy: 'manual', requestedBy: OPERATOR }));
		expect(summary.title).toBe('Reconciliation failed');
		expect(summary.color).toBe(0xed4245);
		expect(summary.description).toContain('Stripe did not answer.');
		expect(summary.description).toContain('Nothing was changed. Reeve tries again tonight; `/reconcile run` tries now.');
		expect(summary.description).toContain(`<@${OPERATOR}>`);
		expect(buttons).toEqual([]);
	});

	it('does not claim that nothing was changed if a run failed after fixes', () => {
		const { summary } = page(failedResult('The lease was lost.', { issuesFixed: 2 }));
		expect(summary.description).not.toContain('Nothing was changed');
		expect(summary.description).toContain('2 issues had been fixed before that.');
	});

	it('counts issues by kind and severity and names the operator', () => {
		const found = [
			issue({ id: 'a', type: 'MISSING_ACCESS', severity: 'HIGH' }),
			issue({ id: 'b', type: 'MISSING_ACCESS', severity: 'HIGH' }),
			issue({ id: 'c', type: 'UNAUTHORIZED_ACCESS', severity: 'LOW', linked: false })
		];
		const { summary } = page(result({ issues: found, triggeredBy: 'manual', requestedBy: OPERATOR }));
		expect(summary.title).toBe('3 people have the wrong roles');
		expect(summary.color).toBe(0xf0a020);
		expect(summary.description).toContain(`-# Checked 250 members and 3 teams in 12 s · started by <@${OPERATOR}> · <t:`);
		const { summary: overHttp } = page(result({ issues: found, triggeredBy: 'manual', requestedBy: OVER_HTTP }));
		expect(overHttp.description).toContain(' · started over HTTP · <t:');
		expect(summary.description).toContain('Nothing has been changed yet.');
		expect(summary.fields?.[0]).toMatchObject({ name: 'By kind', value: 'Paying but locked out: 2\nNot linked to a Stripe customer: 1' });
		expect(summary.fields?.[1]).toMatchObject({ name: 'By severity', value: 'High: 2\nLow: 1' });
	});

	it('says what Fix all would do to the open issues', () => {
		const found = [
			issue({ id: 'a', discordRoles: ['Knight'], plan: { add: [], remove: ['Knight'] } }),
			issue({ id: 'b', discordRoles: ['Lord'], plan: { add: ['Knight'], remove: ['Lord'] } }),
			issue({ id: 'c', discordRoles: ['Debtor', 'Lord'], plan: { add: [], remove: ['Debtor'] } }),
			issue({ id: 'd' })
		];
		expect(page(result({ issues: found })).summary.description).toContain(
			'\nFix all means: 1 loses access, 1 moves down, 2 get or keep access.'
		);
		const states = new Map([['a', state({ status: 'FIXED', settledAt: AT })]]);
		expect(page(result({ issues: found }), 0, states).summary.description).toContain('means: 1 moves down, 2 get or keep access.');
		expect(page(result({ issues: issues(1) })).summary.description).not.toContain('Fix all');
	});

	it('counts only what Fix all would do, and says whom it leaves out', () => {
		const takes = { discordRoles: ['Knight'], plan: { add: [], remove: ['Knight'] } };
		const found = [
			issue({ id: 'a' }),
			issue({ id: 'b', ...takes }),
			issue({ id: 'c', ...takes, linked: false }),
			issue({ id: 'd', ...takes, linked: false }),
			issue({ id: 'e', ...takes })
		];
		const unknown = new Map([['e', state({ detail: drift({ ...takes, isUnknown: true }) })]]);
		const { summary, issues: shown } = page(result({ issues: found }), 0, unknown);
		expect(summary.description).toContain(
			'Fix all means: 1 loses access, 1 gets or keeps access. It leaves out 2 not linked to a Stripe customer and 1 of whom it is unknown what they should have.'
		);
		expect(shown[4]?.fields?.find(({ name }) => name === 'Plan')?.value).toBe(
			'Remove Knight (not now: it is unknown what they should have, `/reconcile why` gives the reason)'
		);
		const unlinked = page(result({ issues: found.slice(1, 4) }));
		expect(unlinked.summary.description).not.toContain('Fix all');
		expect(doing(unlinked.buttons, 'fix-all')).toEqual([]);
	});

	it('counts the issues fixed since', () => {
		const found = result({ issues: issues(3) });
		const settled = (...ids: string[]) =>
			reportPage({ result: found, states: new Map(ids.map((id) => [id, state({ status: 'FIXED', settledAt: AT })])) }, 0).embeds[0];
		expect(settled()?.description).toContain('Nothing has been changed yet.');
		expect(settled('issue1', 'issue3')?.description).toContain('Since then: 2 fixed; 1 to go.');
		expect(settled('issue1', 'issue2', 'issue3')).toMatchObject({
			color: 0x57f287,
			description: expect.stringContaining('Since then: 3 fixed; nothing left to do.')
		});
	});

	it('counts undone and ignored issues as such, and does not call them fixed', () => {
		const found = result({ issues: issues(3) });
		const states = new Map([
			['issue1', state({ status: 'RESOLVED', settledAt: AT, lastAttempt: attempt({ outcome: 'UNDONE', undoes: 'attempt0' }) })],
			['issue2', state({ status: 'RESOLVED', settledAt: AT, settledBy: OPERATOR })]
		]);
		const { summary, issues: embeds } = page(found, 0, states);
		expect(summary.description).toContain('Since then: 1 ignored, 1 undone; 1 to go.');
		expect(embeds.map(({ title }) => title)).toEqual([
			'1. Has the wrong role (undone)',
			'2. Has the wrong role (ignored)',
			'3. Has the wrong role'
		]);
		expect(embeds.map(({ color }) => color)).toEqual([0x95a5a6, 0x95a5a6, 0xfee75c]);
	});

	it('says until when an issue is ignored', () => {
		const ignored = state({ status: 'RESOLVED', settledAt: AT, settledBy: OPERATOR, ignoredUntil: new Date('2026-12-12T03:00:00Z') });
		const embed = page(result({ issues: issues(1) }), 0, new Map([['issue1', ignored]])).issues[0];
		expect(embed).toMatchObject({ title: '1. Has the wrong role (ignored until 12 Dec 2026)', color: 0x95a5a6 });
		expect(embed?.fields?.at(-1)?.value).toMatch(/^Ignored until <t:\d+:D>: exempted by <@\d+> <t:\d+:R>\. Nothing was changed\.$/);
	});

	it('counts automatic fixes', () => {
		const { summary } = page(result({ issues: issues(12), autoFixEnabled: true, issuesFixed: 10 }));
		expect(summary.description).toContain('**Auto-fix on:** 10 of 12 fixed. Check the others');
	});

	it('is red for a held run and explains the release', () => {
		const hold = { reason: 'This would remove access from 40 of the 200 members who hold a role (limit: 10%).', losing: 40, holders: 200 };
		const { summary } = page(result({ issues: issues(41), autoFixEnabled: true, issuesFixed: 1, hold }));
		expect(summary.title).toBe('41 people have the wrong roles, on hold');
		expect(summary.color).toBe(0xed4245);
		expect(summary.fields?.[0]?.name).toBe('Stopped for your approval: no one has lost access');
		expect(summary.fields?.[0]?.value).toContain(hold.reason);
		expect(summary.fields?.[0]?.value).toContain('if it is right (40 people lose access), press Fix all');
	});

	it('is not red any more once an operator has released the hold, and says who did', () => {
		const hold = { reason: 'Too many.', losing: 40, lowering: 4, holders: 200 };
		const { summary } = page(result({ issues: issues(41), autoFixEnabled: true, hold, holdReleasedBy: OPERATOR }));
		expect(summary.title).toBe('41 people have the wrong roles');
		expect(summary.color).toBe(0xf0a020);
		expect(summary.fields?.[0]).toEqual({
			name: 'Approved',
			value: `<@${OPERATOR}> approved this: 36 lose access, 4 move down. Too many.`
		});
	});

	it('has a title of its own for a verification', () => {
		expect(page(result({ isVerificationRun: true, triggeredBy: 'verification' })).summary.title).toBe('All clear after the fixes');
		expect(page(result({ issues: issues(1), isVerificationRun: true, triggeredBy: 'verification' })).summary.title).toBe(
			'Verification: 1 issue'
		);
	});

	it('names a few teams and customers per notice', () => {
		const customers = ['cus_1', 'cus_2', 'cus_3', 'cus_4', 'cus_5'];
		const { all } = page(
			result({
				issues: issues(1),
				notices: {
					unclaimed: 1,
					absent: 2,
					bots: 3,
					exempt: 4,
					leftToNextRun: 5,
					unknownStatus: [
						...['1', '2', '3', '4'].map((discordId) => ({ discordId, status: 'frozen' })),
						{ discordId: '5', status: '`**@everyone**`' }
					],
					expiringExemptions: [],
					overclaimedTeams: [{ teamId: 't', name: '**Acme** @everyone', claimed: 6, paid: 5 }],
					malformedLinks: customers.map((customerId) => ({ customerId, value: '@everyone' })),
					contestedLinks: [{ customerId: 'cus_9', values: ['1', '2'] }]
				}
			})
		);
		for (const words of [
			'1 customer pays but has no linked Discord account',
			'2 paying members have left the server',
			'3 bots skipped',
			'4 exempt',
			'5 left to the next run',
			'<@1>, <@2>, <@3> and 1 more: Stripe gives the status `frozen`, which Reeve does not know; their roles are left as they are',
			'<@5>: Stripe gives the status `\\*\\*@\u200Beveryone\\*\\*`, which Reeve does not know; their roles are left as they are',
			'1 team with more seats claimed than paid for: \\*\\*Acme\\*\\* @\u200Beveryone (6 of 5)',
			'5 customers have an invalid Discord ID in Stripe: [cus_1](https://dashboard.stripe.com/customers/cus_1) (“@\u200Beveryone”), [cus_2](https://dashboard.stripe.com/customers/cus_2) (“@\u200Beveryone”), [cus_3](https://dashboard.stripe.com/customers/cus_3) (“@\u200Beveryone”) and 2 more; correct them there',
			'1 customer pays for several members, with a subscription that does not say for whom: [cus_9](https://dashboard.stripe.com/customers/cus_9)'
		]) {
			expect(all).toContain(words);
		}
	});
});

describe('notices of unknown members', () => {
	const notice = (...unknown: readonly UnknownMembers[]) => page(result({ issues: issues(1), notices: { ...NO_NOTICES, unknown } })).all;

	it('names some of them, the reason and the way out', () => {
		const text = notice({ reason: { kind: 'status', status: '**frozen**' }, discordIds: ['1', '2', '3', '4'], count: 8_002 });
		expect(text).toContain('<@1>, <@2>, <@3> and 7,999 more: Stripe gives the status `\\*\\*frozen\\*\\*`, which Reeve does not know.');
		expect(text).toContain('`/reconcile export` lists all of these members');
		expect(text).toContain('They keep the roles they have; to settle it, install the newest version of Reeve');
	});

	it('gives the reasons of most members, and counts the others', () => {
		const text = notice(
			...Array.from({ length: 12 }, (_, index) => ({
				reason: { kind: 'status', status: `frozen_${index}` } as const,
				discordIds: [String(index)],
				count: index + 1
			}))
		);
		expect(text).toContain('frozen_11');
		expect(text).not.toContain('frozen_7');
		expect(text).toContain('8 more reasons to let members keep the roles they have');
	});

	it('names the customers of links with the same problem in one line', () => {
		const links = ['1', '2', '3', '4'].map((discordId) => ({ discordId, customerId: `cus_${discordId}` }));
		const reason = { kind: 'link', customerId: 'cus_1', problem: 'overridden' } as const;
		const text = notice({ reason, discordIds: ['1', '2', '3', '4'], count: 1_200, links });
		expect(text).toContain(
			'1,200 members keep the roles they have, because they are named in Stripe by customers that the database gives to someone else: ' +
				'<@1> ([cus_1](https://dashboard.stripe.com/customers/cus_1)), <@2> ([cus_2](https://dashboard.stripe.com/customers/cus_2)), <@3> ([cus_3](https://dashboard.stripe.com/customers/cus_3)) and 1,197 more; to settle it, correct the metadata in Stripe'
		);
	});
});

describe('notices of prices that no setting lists', () => {
	const notice = (over: Partial<typeof NO_NOTICES>) => page(result({ issues: issues(1), notices: { ...NO_NOTICES, ...over } })).all;

	it.each([
		[{ buy: 'nothing' }, 'no role'],
		[{ buy: 'tier', tier: '**Lord**' }, '\\*\\*Lord\\*\\*'],
		[{ buy: 'unknown' }, 'something unknown']
	] as const)('say what they count as, how many subscriptions are for them, and what to do: %j', (counts, words) => {
		const text = notice({
			unlistedPrices: [
				{ price: 'price_eur', subscriptions: 1_200, counts },
				{ price: 'price_new', subscriptions: 1, counts }
			]
		});
		expect(text).toContain(
			`2 prices that no setting lists count as buying ${words}: price_eur (1,200 subscriptions) and price_new (1 subscription)`
		);
		expect(text).toContain('or to STRIPE_OTHER_PRICE_IDS');
	});

	it('do not repeat a price whose members are named', () => {
		const unknown = [{ reason: { kind: 'price', price: 'price_eur' }, discordIds: ['1'], count: 1 } as const];
		const text = notice({ unknown, unlistedPrices: [{ price: 'price_eur', subscriptions: 3, counts: { buy: 'unknown' } }] });
		expect(text).toContain('<@1>: they pay for price_eur, which no setting lists.');
		expect(text).not.toContain('3 subscriptions');
	});
});

describe('notices of odd objects', () => {
	const oddObjects = {
		count: 203,
		first: [
			{ id: 'in_1', problem: 'has **no** date' },
			{ id: 'sub_1', problem: 'has no items' }
		]
	};

	it('name the first, what they lack, and count the others', () => {
		const { all } = page(result({ issues: issues(1), notices: { ...NO_NOTICES, oddObjects } }));
		expect(all).toContain(
			'203 objects in Stripe could not be read completely: in_1 has \\*\\*no\\*\\* date, [sub_1](https://dashboard.stripe.com/subscriptions/sub_1) has no items and 201 more'
		);
	});

	it('leave out an object whose members are named', () => {
		const unknown = [{ reason: { kind: 'object', id: 'sub_1', problem: 'has no items' }, discordIds: ['1'], count: 1 } as const];
		const { all } = page(result({ issues: issues(1), notices: { ...NO_NOTICES, unknown, oddObjects: { ...oddObjects, count: 2 } } }));
		expect(all).toContain(
			'<@1>: [sub_1](https://dashboard.stripe.com/subscriptions/sub_1) in Stripe has no items. They keep the roles they have; to settle it, look at it in the Stripe dashboard'
		);
		expect(all).toContain('1 object in Stripe could not be read completely: in_1 has');
	});

	it('are not shown if there are none', () => {
		const { all } = page(result({ issues: issues(1), notices: { ...NO_NOTICES, oddObjects: { count: 0, first: [] } } }));
		expect(all).not.toContain('could not be read completely');
	});
});

describe('report without issues', () => {
	it('does not say that all is clear while something is unknown', () => {
		const unknown = [{ reason: { kind: 'price', price: 'price_eur' }, discordIds: ['1'], count: 1 } as const];
		const { summary, all } = page(result({ notices: { ...NO_NOTICES, unknown } }));
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
		const { summary } = page(result({ onlyMember: ADA, requestedBy: OPERATOR, triggeredBy: 'manual', membersChecked: 1, notices: found }));
		expect(summary).toMatchObject({ title, color, description: expect.stringContaining(text) });
		expect(summary.description).not.toContain('Noted');
	});
});

describe('report of a run stored before unknown statuses had names', () => {
	it('still counts the members', () => {
		const { all } = page(result({ issues: issues(1), notices: { ...NO_NOTICES, unknownStatus: 6 } }));
		expect(all).toContain('6 people left alone: Stripe gives a status that Reeve does not know');
	});
});

describe('issue embed', () => {
	it('shows member, drift, sources, plan and age', () => {
		const { embed, field } = shown({}, issue({ timesSeen: 3 }));
		expect(embed?.title).toBe('1. Has the wrong role');
		expect(embed?.description).toBe(`<@${ADA}> · ada\nPays for Lord and has Knight.`);
		expect(field('Stripe says')).toBe('Active · Lord (price_lord) · [open in Stripe](https://dashboard.stripe.com/subscriptions/sub_1)');
		expect(field('Database says')).toBe('Linked to [cus_1](https://dashboard.stripe.com/customers/cus_1)');
		expect(field('Discord says')).toBe('Knight');
		expect(field('Plan')).toBe('Give Lord, then remove Knight');
		expect(field('Severity')).toBe('Medium');
		expect(field('Open')).toBe(`First seen <t:${AT_SECONDS}:R>, in 3 reports`);
	});

	it.each([
		[{ type: 'MISSING_ACCESS', discordRoles: [] }, 'Paying but locked out'],
		[{ type: 'UNAUTHORIZED_ACCESS', linked: true }, "Has access but isn't paying"],
		[{ type: 'UNAUTHORIZED_ACCESS', linked: false }, 'Not linked to a Stripe customer'],
		[{ type: 'DEBTOR_MISMATCH', expectedRoles: ['Lord'], discordRoles: ['Debtor'] }, "Marked Debtor, but shouldn't be"],
		[{ type: 'DEBTOR_MISMATCH', expectedRoles: ['Debtor'], discordRoles: ['Lord'] }, "Owes, but isn't marked Debtor"],
		[{ type: 'DEBTOR_MISMATCH', expectedRoles: ['Debtor'], discordRoles: ['Debtor', 'Lord'] }, 'Marked Debtor, but still has access']
	] as const)('titles %o "%s"', (over, title) => {
		expect(shown({}, issue(over)).embed?.title).toBe(`1. ${title}`);
	});

	it('lists every role of the plan, grants first', () => {
		expect(shown({}, issue({ plan: { add: ['Lord'], remove: [] } })).field('Plan')).toBe('Give Lord');
		expect(shown({}, issue({ plan: { add: [], remove: ['Debtor', 'Knight', 'Lord'] } })).field('Plan')).toBe(
			'Remove Debtor, Knight and Lord'
		);
	});

	it('shows operator, time and change of a fix, and disables its button', () => {
		const { embed, field, button } = shown({
			status: 'FIXED',
			settledAt: AT,
			lastAttempt: attempt({ outcome: 'FIXED', rolesBefore: ['Knight'], rolesAfter: ['Lord'] })
		});
		expect(embed?.title).toBe('1. Has the wrong role (fixed)');
		expect(embed?.color).toBe(0x57f287);
		expect(field('Outcome')).toBe(`Fixed by <@${OPERATOR}> <t:${AT_SECONDS}:R>: Lord given, Knight removed`);
		expect(button?.disabled).toBe(true);
	});

	it('marks an automatic fix', () => {
		const { field } = shown({ status: 'FIXED', settledAt: AT, lastAttempt: attempt({ actor: 'reeve', outcome: 'FIXED' }) });
		expect(field('Outcome')).toBe(`Fixed by Reeve <t:${AT_SECONDS}:R>, automatically: Lord given, Knight removed`);
	});

	it('marks an issue that went away by itself', () => {
		const { embed, field, button } = shown({ status: 'RESOLVED', settledAt: AT });
		expect(embed?.title).toBe('1. Has the wrong role (gone)');
		expect(field('Outcome')).toBe(`Went away by itself <t:${AT_SECONDS}:R>`);
		expect(button?.disabled).toBe(true);
	});

	it('shows who found the drift gone, and why', () => {
		const lastAttempt = attempt({ outcome: 'RESOLVED', error: 'This member has left the server.' });
		expect(shown({ status: 'RESOLVED', settledAt: AT, lastAttempt }).field('Outcome')).toBe(
			`Already gone when checked by <@${OPERATOR}> <t:${AT_SECONDS}:R>. Nothing was changed. This member has left the server.`
		);
	});

	it('shows who is fixing it, and disables its button', () => {
		const { field, button } = shown({ status: 'FIXING', fixingBy: OPERATOR, lastAttempt: attempt() });
		expect(field('Now')).toBe(`Being fixed by <@${OPERATOR}>, started <t:${AT_SECONDS}:R>`);
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
		const { field, button } = shown({ lastAttempt: attempt({ outcome, error }) });
		expect(field('Last attempt')).toBe(`Tried by <@${OPERATOR}> <t:${AT_SECONDS}:R>: ${words}`);
		expect(button?.disabled).toBe(false);
	});

	it('shows what a failed attempt changed', () => {
		const lastAttempt = attempt({ outcome: 'FAILED', error: 'No.', rolesBefore: ['Knight'], rolesAfter: ['Knight', 'Lord'] });
		expect(shown({ lastAttempt }).field('Last attempt')).toContain('No. Done before that: Lord given. The issue is still open.');
	});

	it('shows a recurrence', () => {
		const { field, button } = shown({ cameBackAt: AT, lastAttempt: attempt({ outcome: 'FIXED' }) });
		expect(field('Last attempt')).toBe(
			`Came back <t:${AT_SECONDS}:R>, after it was fixed by <@${OPERATOR}> <t:${AT_SECONDS}:R>. The issue is open again.`
		);
		expect(field('Open')).toBe(`First seen <t:${AT_SECONDS}:R>, back <t:${AT_SECONDS}:R>`);
		expect(button?.disabled).toBe(false);
	});
});

describe('fix button', () => {
	it('carries the plan that the run found', () => {
		const found = issue();
		const { buttons } = page(result({ issues: [found] }));
		expect(buttons[0]?.label).toBe('Apply fix 1 · ada');
		expect(parseCustomId(buttons[0]?.custom_id ?? '')).toEqual({
			action: 'fix',
			runId: 'run1',
			page: 0,
			issueId: 'issue1',
			planHash: found.planHash
		});
	});

	it('carries the current plan if the embed shows it', () => {
		const detail = drift({ description: 'Has Knight and pays for nothing.', plan: { add: [], remove: ['Knight'] } });
		const hash = planHash(detail.discordId, detail.plan);
		const { embed, field, button } = shown({ planHash: hash, detail });
		expect(embed?.description).toContain('Has Knight and pays for nothing.');
		expect(field('Plan')).toBe('Remove Knight (changed since this report)');
		expect(parseCustomId(button?.custom_id ?? '')).toMatchObject({ planHash: hash });
	});

	it('never carries a plan that the embed does not show', () => {
		const found = issue();
		const { field, button } = shown({ planHash: 'ffffffff', detail: null }, found);
		expect(field('Plan')).toBe('Give Lord, then remove Knight (out of date: Apply fix shows what is right now)');
		expect(parseCustomId(button?.custom_id ?? '')).toMatchObject({ planHash: found.planHash });
	});

	it('has a clean label for any name', () => {
		const { buttons } = page(result({ issues: [issue({ discordName: `\u202E@everyone\n${'👩'.repeat(500)}` })] }));
		expect(buttons[0]?.label).toMatch(/^Apply fix 1 · @everyone 👩+…$/u);
	});
});

describe('report pages', () => {
	it('hold five issues each, numbered through', () => {
		const { issues: embeds, buttons, summary } = page(result({ issues: issues(26) }), 1);
		expect(embeds.map((embed) => embed.title?.split('.')[0])).toEqual(['6', '7', '8', '9', '10']);
		expect(doing(buttons, 'fix', 'page', 'fix-all').map((button) => button.label)).toEqual([
			'Apply fix 6 · member6',
			'Apply fix 7 · member7',
			'Apply fix 8 · member8',
			'Apply fix 9 · member9',
			'Apply fix 10 · member10',
			'◀ Previous',
			'Page 2 of 6',
			'Next ▶',
			'Fix all…'
		]);
		expect(doing(buttons, 'page').map((button) => button.disabled)).toEqual([false, true, false]);
		expect(doing(buttons, 'page').map((button) => parseCustomId(button.custom_id))).toMatchObject([{ page: 0 }, { page: 1 }, { page: 2 }]);
		expect(summary.footer?.text).toBe('Issues 6–10 of 26 · Run run1');
	});

	it('disable the page buttons at the ends', () => {
		const found = result({ issues: issues(26) });
		expect(doing(page(found, 0).buttons, 'page').map((button) => button.disabled)).toEqual([true, true, false]);
		expect(doing(page(found, 5).buttons, 'page').map((button) => button.disabled)).toEqual([false, true, true]);
		expect(page(found, 5).issues).toHaveLength(1);
	});

	it('have no page buttons for a single page', () => {
		expect(doing(page(result({ issues: issues(5) })).buttons, 'page')).toHaveLength(0);
		expect(doing(page(result({ issues: issues(6) })).buttons, 'page')).toHaveLength(3);
	});

	it('offer Fix all for several issues', () => {
		expect(doing(page(result({ issues: issues(1) })).buttons, 'fix-all')).toHaveLength(0);
		expect(doing(page(result({ issues: issues(2) })).buttons, 'fix-all')).toHaveLength(1);
	});

	it.each([-1, 99, Number.NaN, Number.POSITIVE_INFINITY, 0.9])('clamp page %d to the existing pages', (at) => {
		const found = result({ issues: issues(26) });
		const expected = at >= 99 ? 5 : 0;
		expect(page(found, at).payload).toEqual(page(found, expected).payload);
	});

	it('number a thousand pages for 5,000 issues', () => {
		const { summary, buttons } = page(result({ issues: issues(5000) }), 999);
		expect(summary.title).toBe('5,000 people have the wrong roles');
		expect(doing(buttons, 'page')[1]?.label).toBe('Page 1,000 of 1,000');
	});
});
