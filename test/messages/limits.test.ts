import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildCustomId, parseCustomId } from '../../src/messages/custom-id.js';
import { reportPage } from '../../src/messages/report/page.js';
import { planHash } from '../../src/reconciliation/detection/role-plan.js';
import type { Notices } from '../../src/reconciliation/domain/detection.js';
import { EFFECTS } from '../../src/reconciliation/domain/effect.js';
import type { DriftIssue, FixOutcome, IssueState, LastAttempt, OpenIssue } from '../../src/reconciliation/domain/issue.js';
import type { ReconciliationResult, Verified } from '../../src/reconciliation/domain/run.js';
import { AT, attempt, issue, NO_NOTICES, result, state } from './fixtures.js';
import { brokenLimits, buttonsOf, textOf } from './limits.js';

/** What people do to a bot that prints names. */
const NASTY = [
	'@everyone',
	'<@123456789012345678>',
	'[x](https://e.vil)',
	'*_~`|\\[]<>#-',
	'\u202E\u2066\u200B\u200D',
	'👩‍👩‍👧‍👦',
	'\uD83D',
	'\n\r\0',
	'ﷺ',
	`Z${'\u0301'.repeat(40)}`
];

const text = fc.oneof(
	{ weight: 3, arbitrary: fc.string({ maxLength: 40 }) },
	{ weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
	{ weight: 2, arbitrary: fc.array(fc.constantFrom(...NASTY), { maxLength: 12 }).map((parts) => parts.join('')) },
	{ weight: 2, arbitrary: fc.constantFrom(...NASTY, 'x', '*').map((part) => part.repeat(1000)) }
);
const texts = fc.array(text, { maxLength: 7 });
const cuid = fc.stringMatching(/^[a-z0-9]{1,32}$/);
const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const many = fc.nat({ max: 10_000_000 });
const person = fc.oneof(fc.stringMatching(/^\d{17,20}$/), fc.constant('reeve'), text);

const drift: fc.Arbitrary<DriftIssue> = fc.record({
	type: fc.constantFrom('MISSING_ACCESS', 'UNAUTHORIZED_ACCESS', 'ROLE_MISMATCH', 'DEBTOR_MISMATCH'),
	severity: fc.constantFrom('HIGH', 'MEDIUM', 'LOW'),
	memberId: fc.option(cuid),
	discordId: person,
	discordName: text,
	description: text,
	stripeStatus: text,
	databaseStatus: text,
	discordRoles: texts,
	expectedRoles: texts,
	plan: fc.record({ add: texts, remove: texts }),
	effect: fc.constantFrom(...EFFECTS),
	customerIds: texts,
	linked: fc.boolean()
});

const openIssue: fc.Arbitrary<OpenIssue> = fc
	.tuple(drift, fc.record({ id: cuid, firstSeenAt: moment, lastSeenAt: moment, timesSeen: many, cameBackAt: fc.option(moment) }))
	.map(([found, life]) => ({ ...found, ...life, planHash: planHash(found) }));

const outcome = fc.constantFrom<FixOutcome>(
	'FIXED',
	'RESOLVED',
	'PLAN_CHANGED',
	'EXEMPT',
	'NOT_APPLIED',
	'FAILED',
	'INTERRUPTED',
	'UNDONE'
);

const lastAttempt: fc.Arbitrary<LastAttempt> = fc.record({
	id: cuid,
	undoes: fc.option(cuid),
	exemptUntil: fc.option(moment),
	actor: person,
	outcome: fc.option(outcome),
	error: fc.option(text),
	at: moment,
	rolesBefore: fc.option(texts),
	rolesAfter: fc.option(texts)
});

const issueState: fc.Arbitrary<IssueState> = fc.record({
	status: fc.constantFrom('OPEN', 'FIXING', 'FIXED', 'RESOLVED'),
	planHash: fc.stringMatching(/^[0-9a-f]{8}$/),
	fixingBy: fc.option(person),
	settledAt: fc.option(moment),
	settledBy: fc.option(person),
	cameBackAt: fc.option(moment),
	lastAttempt: fc.option(lastAttempt),
	detail: fc.option(drift)
});

const notices: fc.Arbitrary<Notices> = fc.record({
	unclaimed: many,
	absent: many,
	bots: many,
	exempt: many,
	leftToNextRun: many,
	unknown: fc.array(
		fc.record({
			reason: fc.oneof(
				fc.record({ kind: fc.constant('status' as const), status: text }),
				fc.record({ kind: fc.constant('price' as const), price: text }),
				fc.record({ kind: fc.constant('object' as const), id: text, problem: text }),
				fc.record({
					kind: fc.constant('link' as const),
					customerId: text,
					problem: fc.constantFrom('overridden', 'several', 'unreadable', 'disputed', 'unreadable-row', 'rounded', 'missing'),
					value: text
				})
			),
			discordIds: fc.array(person, { maxLength: 6 }),
			links: fc.array(fc.record({ discordId: person, customerId: text }), { maxLength: 6 }),
			count: many
		}),
		{ maxLength: 12 }
	),
	oddObjects: fc.record({ count: many, first: fc.array(fc.record({ id: text, problem: text }), { maxLength: 6 }) }),
	unlistedPrices: fc.array(
		fc.record({
			price: text,
			subscriptions: many,
			counts: fc.oneof(fc.constant({ buy: 'nothing' as const }), fc.record({ buy: fc.constant('tier' as const), tier: text }))
		}),
		{ maxLength: 6 }
	),
	unknownStatus: fc.oneof(many, fc.array(fc.record({ discordId: person, status: text }), { maxLength: 6 })),
	overclaimedTeams: fc.array(fc.record({ teamId: cuid, name: text, claimed: many, paid: many }), { maxLength: 6 }),
	malformedLinks: fc.array(fc.record({ customerId: text, value: text, rowId: text }), { maxLength: 6 }),
	expiringExemptions: fc.array(fc.record({ discordId: person, reason: text, createdBy: person, expiresAt: fc.option(moment) }), {
		maxLength: 6
	}),
	contestedLinks: fc.array(fc.record({ customerId: text, values: texts, byRows: fc.boolean() }), { maxLength: 6 })
});

const verified: fc.Arbitrary<Verified> = fc.record({
	fixes: fc.array(
		fc.record({
			attemptId: cuid,
			discordId: person,
			discordName: text,
			change: fc.record({ add: texts, remove: texts }),
			outcome: fc.constantFrom('STAYED', 'CAME_BACK', 'NOT_JUDGED'),
			notJudged: fc.option(fc.constantFrom('LEFT_SERVER', 'EXEMPT', 'LEFT_ALONE'))
		}),
		{ maxLength: 30 }
	),
	reports: fc.constant([])
});

const reconciliation = (issues: fc.Arbitrary<OpenIssue[]>): fc.Arbitrary<ReconciliationResult> =>
	fc.record({
		runId: cuid,
		status: fc.constantFrom('COMPLETED', 'COMPLETED', 'COMPLETED', 'FAILED'),
		triggeredBy: fc.constantFrom('scheduled', 'manual', 'verification', 'targeted'),
		requestedBy: fc.option(person),
		isVerificationRun: fc.boolean(),
		onlyMember: fc.option(person),
		onlyMembers: fc.constant(null),
		startedAt: moment,
		completedAt: moment,
		autoFixEnabled: fc.boolean(),
		membersChecked: many,
		teamsChecked: many,
		issuesFound: many,
		issuesFixed: many,
		issues,
		notices: fc.option(notices),
		hold: fc.option(fc.record({ reason: text, losing: many, holders: many })),
		failure: fc.option(text),
		verified: fc.option(verified)
	});

/** A few generated issues, repeated until there are as many as wanted; each with its own ID. */
const manyIssues = fc
	.tuple(fc.array(openIssue, { minLength: 1, maxLength: 7 }), fc.oneof(fc.integer({ min: 0, max: 26 }), fc.integer({ min: 0, max: 5000 })))
	.map(([seeds, length]) =>
		Array.from({ length }, (_, index): OpenIssue => {
			const seed = seeds[index % seeds.length];
			if (seed === undefined) throw new Error('no seed');
			// One member has at most one issue.
			const discordId = /^\d{17,20}$/.test(seed.discordId) ? String(10n ** 17n + BigInt(index)) : seed.discordId;
			return { ...seed, discordId, id: `${index.toString(36)}z${seed.id}`.slice(0, 32) };
		})
	);

it('any report page keeps to every limit, never pings, and has parseable buttons', () => {
	fc.assert(
		fc.property(
			reconciliation(manyIssues),
			fc.array(fc.option(issueState), { minLength: 1, maxLength: 5 }),
			fc.oneof(fc.nat({ max: 6 }), fc.integer({ min: -5, max: 1100 })),
			(found, seeds, page) => {
				const states = new Map<string, IssueState>();
				found.issues.forEach(({ id, discordId }, index) => {
					const seed = seeds[index % seeds.length];
					// Every attempt is of one issue.
					const lastAttempt = seed?.lastAttempt ? { ...seed.lastAttempt, id } : null;
					if (seed) states.set(id, { ...seed, lastAttempt, detail: seed.detail && { ...seed.detail, discordId } });
				});
				const payload = reportPage({ result: found, states }, page);
				expect(brokenLimits(payload)).toEqual([]);
				expect(payload.allowedMentions).toEqual({ parse: [] });
				// A mention that is escaped is none.
				for (const line of textOf(payload.embeds)) expect(line).not.toMatch(/@everyone|@here|(?<!\\)<@&|[\u202A-\u202E\u2066-\u2069]/);
				for (const { custom_id: customId } of buttonsOf(payload.components)) {
					const action = parseCustomId(customId);
					if (action === null) throw new Error(`not read back: ${customId}`);
					expect(buildCustomId(action)).toBe(customId);
					if ('runId' in action) expect(action.runId).toBe(found.runId);
				}
				expect(payload.components.length).toBeLessThanOrEqual(4);
			}
		),
		{ numRuns: 400 }
	);
}, 60_000);

it('a page of the longest texts fits', () => {
	const long = '*'.repeat(5000);
	const roles = Array.from({ length: 9 }, (_, index) => `${index}${long}`);
	const worst = Array.from({ length: 5000 }, (_, index) =>
		issue({
			id: `i${index}`,
			type: (['MISSING_ACCESS', 'ROLE_MISMATCH', 'DEBTOR_MISMATCH'] as const)[index] ?? 'UNAUTHORIZED_ACCESS',
			severity: (['HIGH', 'LOW'] as const)[index] ?? 'MEDIUM',
			linked: false,
			discordId: '12345678901234567890',
			discordName: long,
			description: long,
			stripeStatus: long,
			databaseStatus: long,
			discordRoles: roles,
			plan: { add: roles, remove: roles },
			timesSeen: 10_000_000
		})
	);
	const failed = state({
		planHash: 'ffffffff',
		cameBackAt: AT,
		lastAttempt: attempt({ actor: '12345678901234567890', outcome: 'INTERRUPTED', error: long, rolesBefore: ['x'], rolesAfter: roles })
	});
	const customers = Array.from({ length: 9 }, (_, index) => ({ customerId: `${index}${long}`, value: long, values: [long] }));
	const payload = reportPage(
		{
			result: result({
				runId: 'c'.repeat(32),
				issues: worst,
				autoFixEnabled: true,
				issuesFixed: 1234,
				triggeredBy: 'manual',
				requestedBy: '12345678901234567890',
				hold: { reason: long, losing: 10_000_000, holders: 10_000_000 },
				notices: {
					...NO_NOTICES,
					unclaimed: 10_000_000,
					absent: 10_000_000,
					overclaimedTeams: customers.map(() => ({ teamId: 't', name: long, claimed: 10_000_000, paid: 10_000_000 })),
					malformedLinks: customers,
					contestedLinks: customers
				}
			}),
			states: new Map(worst.map(({ id }) => [id, failed]))
		},
		998
	);
	expect(brokenLimits(payload)).toEqual([]);
	expect(payload.embeds).toHaveLength(1);
	// Room is taken from every text, and none is left out.
	const text = payload.embeds[0]?.description ?? '';
	for (const words of ['Stopped for your approval', '5,000 not linked', '4,991.', '4,995.', 'Tried by']) expect(text).toContain(words);
	expect(text.length).toBeGreaterThan(2500);
});
