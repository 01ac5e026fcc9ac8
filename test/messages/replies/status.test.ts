import { describe, expect, test } from 'vitest';
import type { ProbeResult } from '../../../src/async/probe.js';
import { historyReply } from '../../../src/messages/replies/history.js';
import { pausedAnnouncement, pausedReply, resumedReply } from '../../../src/messages/replies/schedule-messages.js';
import { type StatusSettings, statusEmbed } from '../../../src/messages/replies/status.js';
import type { ChangeStatus } from '../../../src/reconciliation/changes/store.js';
import { countEffects } from '../../../src/reconciliation/domain/effect.js';
import { moneyTotals } from '../../../src/reconciliation/domain/money.js';
import { OVER_HTTP } from '../../../src/reconciliation/domain/run.js';
import type { Status } from '../../../src/reconciliation/health/status.js';
import type { RunSummary } from '../../../src/reconciliation/runs/history.js';
import { ADA, AT, AT_SECONDS, OPERATOR } from '../fixtures.js';
import { brokenLimits } from '../limits.js';

const SETTINGS: StatusSettings = { guildId: '1', autoFix: false, redis: false, database: 'embedded', schema: 'public' };
const MONEY = moneyTotals([
	{ money: { counts: 'paid', amounts: [{ currency: 'usd', amount: 34_800 }], isMinimum: false } },
	{ money: { counts: 'unpaid', amounts: [{ currency: 'jpy', amount: 500 }], isMinimum: false } }
]);
const PAUSE = { pausedAt: AT, pausedBy: OPERATOR, reason: 'Stripe is being moved', until: null };

const run = (over: Partial<RunSummary> = {}): RunSummary => ({
	runId: 'run1',
	status: 'COMPLETED',
	triggeredBy: 'scheduled',
	requestedBy: null,
	isVerificationRun: false,
	onlyMember: null,
	onlyMembers: null,
	startedAt: AT,
	completedAt: new Date(AT.getTime() + 2000),
	issuesFound: 0,
	issuesFixed: 0,
	failure: null,
	hold: null,
	holdReleasedBy: null,
	report: { channelId: '2', messageId: '3' },
	...over
});

const known = <T>(value: T): ProbeResult<T> => ({ ok: true, value });

const CHANGES: ChangeStatus = { queued: 0, oldestAt: null, readAt: AT, newestEventAt: AT, pollMs: 15_000, settleMs: 30_000 };

const status = (over: Partial<Status> = {}): Status => ({
	daily: { hour: 3, timeZone: 'Europe/Berlin', paused: false },
	nextRunAt: known(AT),
	pause: known(null),
	lastRun: known(run()),
	lastSuccess: known(run()),
	lastTargeted: known(null),
	open: known([]),
	money: known(moneyTotals([])),
	verification: known(null),
	undelivered: known([]),
	exemptions: known(0),
	changes: known(CHANGES),
	ruleChange: known(null),
	onboarding: known(null),
	readiness: known('ready'),
	health: [
		{ source: 'stripe', problems: [], note: 'test data' },
		{ source: 'discord', problems: [], note: null },
		{ source: 'database', problems: [], note: null }
	],
	...over
});

const fieldsOf = (over: Partial<Status> = {}, settings = SETTINGS) =>
	Object.fromEntries((statusEmbed(status(over), settings, AT).fields ?? []).map(({ name, value }) => [name, value]));

describe('statusEmbed', () => {
	test('says when the members that a change may concern were last compared', () => {
		const last = run({ triggeredBy: 'targeted', onlyMembers: [ADA, OPERATOR], report: null });
		expect(fieldsOf()['Last check after a change']).toBeUndefined();
		expect(fieldsOf({ lastTargeted: known(last) })['Last check after a change']).toMatch(/ · after changes to 2 members · all clear, 2 s$/);
	});

	test('shows schedule, last run and sources', () => {
		expect(fieldsOf()).toEqual({
			Schedule: `Every day at 03:00, Europe/Berlin\nNext run: <t:${AT_SECONDS}:f> (<t:${AT_SECONDS}:R>)`,
			'Auto-fix': 'Off: Reeve only reports. Ready for auto-fix: see `/reconcile readiness`',
			Changes: `Stripe's events read <t:${AT_SECONDS}:R>, the newest from <t:${AT_SECONDS}:R>\nNothing waits to be compared`,
			'Last run': `<t:${AT_SECONDS}:f> (<t:${AT_SECONDS}:R>) · daily · all clear, 2 s · [report](https://discord.com/channels/1/2/3)`,
			'Open issues: 0': 'None',
			Sources: '✓ Stripe (test data)\n✓ Discord\n✓ Database (embedded)'
		});
	});

	test('shows how current the comparison is', () => {
		const linesOf = (changes: Partial<ChangeStatus> | null) =>
			fieldsOf({ changes: known(changes === null ? null : { ...CHANGES, ...changes }) }).Changes;
		expect(linesOf({ readAt: null, newestEventAt: null })).toContain("Stripe's events have not been read yet");
		expect(linesOf({ queued: 3, oldestAt: AT })).toContain(`3 changes to compare, the oldest from <t:${AT_SECONDS}:R>`);
		const late = new Date(AT.getTime() - 121_000);
		expect(linesOf({ readAt: late })).toContain(`**Stripe's events could not be read since <t:${AT_SECONDS - 121}:f>.**`);
		expect(linesOf({ readAt: late, pollMs: 60_000 })).not.toContain('could not');
		expect(linesOf(null)).toBe('Not watched: RECONCILIATION_EVENTS_SECONDS is 0, so the daily run finds what is wrong');
	});

	test('shows the pause and that the settings win', () => {
		const { Schedule } = fieldsOf({
			pause: known(PAUSE),
			nextRunAt: known(null),
			daily: { hour: 3, timeZone: 'Europe/Berlin', paused: true }
		});
		expect(Schedule).toContain('RECONCILIATION_PAUSED is true');
		expect(Schedule).toContain(`**Paused by <@${OPERATOR}> <t:${AT_SECONDS}:R>, until an operator resumes them: Stripe is being moved**`);
		expect(Schedule).not.toContain('Next run');
	});

	test('says what the open issues are about in money', () => {
		const money = known(MONEY);
		const open = known([{ kind: 'MISSING_ACCESS', many: 3, oldest: AT } as const]);
		const text = '$348 a month is paid by people without the access they pay for; ¥500 a month of access is not paid.';
		expect(fieldsOf({ open, money })['Open issues: 3']).toBe(
			`Paying but locked out: 3 issues, the oldest since <t:${AT_SECONDS}:R>\n${text}`
		);
		expect(fieldsOf({ open, money: { ok: false, error: 'No answer.' } })['Open issues: 3']).toContain('Money: Unknown. No answer.');
	});

	test('shows open issues by kind and age, pending verification and undelivered messages', () => {
		const fields = fieldsOf({
			open: known([{ kind: 'MISSING_ACCESS', many: 3, oldest: AT }]),
			verification: known({ dueAt: AT, fixes: 2 }),
			undelivered: known([
				{ channel: 'mail', subject: 'run:run1', since: AT, tries: 2, lastError: 'The mail server refused.', nextTryAt: AT },
				{ channel: 'report', subject: 'hold:hold1', since: AT, tries: 1, lastError: null, nextTryAt: AT },
				{ channel: 'mail', subject: `overdue:${AT.toISOString()}`, since: AT, tries: 1, lastError: null, nextTryAt: AT }
			]),
			exemptions: known(4)
		});
		expect(fields['Open issues: 3']).toBe(`Paying but locked out: 3 issues, the oldest since <t:${AT_SECONDS}:R>`);
		expect(fields.Verification).toContain('of 2 fixes');
		for (const part of ['Mail of a run', 'tried 2 times', 'Report of a hold', 'Mail that no run has succeeded'])
			expect(fields['Not delivered yet']).toContain(part);
		expect(fields['Not delivered yet']).toContain('The mail server refused.');
		expect(fields.Exempt).toContain('4 people');
	});

	test('says that changed rules wait for an operator, and what changed', () => {
		const change = {
			rulesHash: '0123abcd',
			changes: ['Grace period: 48 hours → 1 hours'],
			since: AT,
			effects: countEffects([]),
			acceptedBy: null
		};
		const embed = statusEmbed(status({ ruleChange: known(change) }), SETTINGS);
		expect(embed.color).toBe(0xf0a020);
		expect(embed.fields?.find(({ name }) => name === 'Rules')?.value).toMatch(
			/not accepted by an operator.*\nGrace period: 48 hours → 1 hours$/s
		);
	});

	test('says what setup is missing, and who has ended it', () => {
		const coverage = { holders: 40, unlinkedHolders: 30, subscriptions: 9, unmappedSubscriptions: 9 };
		const found = {
			...coverage,
			payers: 9,
			linkedPayers: 0,
			heldRoles: [],
			hasMappedPrice: false,
			losing: 3,
			discordIdKey: 'x',
			endedBy: null
		};
		const embed = statusEmbed(status({ onboarding: known({ ...found, reasons: ['prices', 'links'] }) }), SETTINGS);
		expect(embed.color).toBe(0xf0a020);
		expect(embed.fields?.find(({ name }) => name === 'Setup')?.value).toMatch(
			/^\*\*Setup is not finished: 9 of 9 subscriptions are .* and 30 of 40 members with a role are not linked to anyone who pays\.\*\*/
		);
		const ended = statusEmbed(status({ onboarding: known({ ...coverage, runId: 'run1', actor: '5', at: AT }) }), SETTINGS);
		expect(ended.fields?.find(({ name }) => name === 'Setup')?.value).toMatch(/^<@5> ended it <t:.*with 30 of 40 members/);
	});

	test('is red with advice if a source is unhealthy', () => {
		const embed = statusEmbed(
			status({ health: [{ source: 'discord', problems: ["Reeve's role is below Lord: drag it up."], note: null }] }),
			SETTINGS
		);
		expect(embed).toMatchObject({ title: 'Status: something needs you', color: 0xed4245 });
		expect(embed.fields?.at(-1)?.value).toContain("✗ Discord: Reeve's role is below Lord: drag it up.");
	});

	const UNKNOWN = { ok: false, error: 'The database did not answer within 5 seconds.' } as const;
	const NOTHING_KNOWN = {
		readiness: UNKNOWN,
		nextRunAt: UNKNOWN,
		pause: UNKNOWN,
		lastRun: UNKNOWN,
		lastSuccess: UNKNOWN,
		open: UNKNOWN,
		verification: UNKNOWN,
		undelivered: UNKNOWN,
		exemptions: UNKNOWN,
		changes: UNKNOWN,
		ruleChange: UNKNOWN,
		onboarding: UNKNOWN
	};

	test('shows unreadable values as unknown, not as none', () => {
		const unknown = `Unknown. ${UNKNOWN.error}`;
		expect(fieldsOf(NOTHING_KNOWN)).toEqual({
			Schedule: `Every day at 03:00, Europe/Berlin\nPaused: ${unknown}\nNext run: ${unknown}`,
			'Auto-fix': `Off: Reeve only reports\nReadiness: ${unknown}`,
			Changes: unknown,
			'Last run': `${unknown}\nLast full check: ${unknown}`,
			'Open issues: unknown': unknown,
			Verification: unknown,
			Setup: unknown,
			Rules: unknown,
			'Not delivered yet': unknown,
			Exempt: unknown,
			Sources: '✓ Stripe (test data)\n✓ Discord\n✓ Database (embedded)'
		});
	});

	test('names the schema of the database, unless it is the usual one', () => {
		const sources = (settings: Partial<StatusSettings>) =>
			statusEmbed(status(), { ...SETTINGS, ...settings }).fields?.find(({ name }) => name === 'Sources')?.value;
		expect(sources({ database: 'postgresql', schema: 'reeve' })).toContain('✓ Database (PostgreSQL, schema reeve)');
		expect(sources({ database: 'postgresql', schema: 'public' })).toContain('✓ Database (PostgreSQL)');
	});

	test.each(Object.keys(NOTHING_KNOWN))('is not green while %s is unknown', (unread) => {
		const embed = statusEmbed(status({ [unread]: UNKNOWN }), SETTINGS);
		expect(embed).toMatchObject({ title: 'Status: something needs you', color: 0xed4245 });
		expect(embed.description).toContain('unknown');
		expect(JSON.stringify(embed.fields)).toContain(UNKNOWN.error);
	});

	test('keeps to the limits for any errors', () => {
		const long = '*@everyone '.repeat(500);
		const embed = statusEmbed(
			status({
				pause: known({ ...PAUSE, reason: long }),
				lastRun: known(run({ status: 'FAILED', failure: long })),
				lastSuccess: known(null),
				undelivered: known(Array(10).fill({ channel: 'report', subject: 'run:x', since: AT, tries: 9, lastError: long, nextTryAt: AT })),
				health: ['stripe', 'discord', 'database'].map((source) => ({ source: source as 'stripe', problems: [long, long], note: null }))
			}),
			SETTINGS
		);
		expect(brokenLimits({ embeds: [embed], components: [], allowedMentions: { parse: [] } })).toEqual([]);
		const why = { ok: false, error: long } as const;
		const unread = statusEmbed(status(Object.fromEntries(Object.keys(NOTHING_KNOWN).map((name) => [name, why]))), SETTINGS);
		expect(brokenLimits({ embeds: [unread], components: [], allowedMentions: { parse: [] } })).toEqual([]);
	});
});

describe('historyReply', () => {
	const page = (runs: RunSummary[], many = runs.length, at = 0) =>
		historyReply({ days: 7, page: at, counts: { runs: many, failed: 1, fixed: 5 }, runs }, '1', null);

	test('shows time, trigger and outcome of each run', () => {
		const { embeds, components } = page([
			run({ triggeredBy: 'manual', requestedBy: OPERATOR, issuesFound: 12, issuesFixed: 3, money: MONEY }),
			run({ triggeredBy: 'manual', requestedBy: OPERATOR, onlyMember: ADA }),
			run({ triggeredBy: 'manual', requestedBy: OVER_HTTP }),
			run({ isVerificationRun: true }),
			run({ status: 'FAILED', failure: 'Stripe did not answer.' }),
			run({ issuesFound: 9, hold: { reason: '', losing: 9, holders: 10 } }),
			run({ status: 'RUNNING', completedAt: null, report: null })
		]);
		const text = embeds[0]?.description ?? '';
		for (const part of [
			'7 runs, 1 failed; 5 issues fixed.',
			`by <@${OPERATOR}> · 12 issues, 3 fixed, 2 s · $348 a month paid without access, ¥500 a month of access not paid · [report]`,
			`by <@${OPERATOR}> of <@${ADA}> alone · all clear`,
			'over HTTP · all clear',
			'verification · all clear',
			'**failed**: Stripe did not answer.',
			'9 issues, **on hold**',
			'daily · running'
		])
			expect(text).toContain(part);
		expect(components).toEqual([]);
	});

	test('pages many runs and says if there is none', () => {
		expect(page(Array(10).fill(run()), 25).components[0]?.components).toMatchObject([
			{ label: '◀ Newer', disabled: true },
			{ label: 'Page 1 of 3' },
			{ label: 'Older ▶', disabled: false }
		]);
		expect(page(Array(5).fill(run()), 25, 2).components[0]?.components.at(-1)).toMatchObject({ disabled: true });
		expect(page([]).embeds[0]?.description).toContain('No run.');
	});

	test('keeps to the limits', () => {
		const { embeds, components } = page(
			Array(10).fill(run({ status: 'FAILED', failure: 'x*'.repeat(3000), onlyMember: ADA, requestedBy: OPERATOR })),
			9999,
			3
		);
		expect(brokenLimits({ embeds, components, allowedMentions: { parse: [] } })).toEqual([]);
	});
});

describe('pause replies', () => {
	test('state the end, the replaced pause and what still works', () => {
		expect(pausedReply({ ...PAUSE, until: AT }, PAUSE, false)).toMatch(
			/^Paused: no daily run until <t:\d+:f>\. A run by hand .* still work\.\nThis replaces the earlier pause/
		);
		expect(pausedReply(PAUSE, null, false)).toContain('until you use `/reconcile resume`');
		expect(pausedAnnouncement(PAUSE)).toBe(`<@${OPERATOR}> paused the daily runs: Stripe is being moved.`);
	});

	test('explain that RECONCILIATION_PAUSED wins', () => {
		expect(pausedReply(PAUSE, null, true)).toContain('`RECONCILIATION_PAUSED` is true in the settings and wins');
		expect(resumedReply(PAUSE, null, true)).toContain('wins');
		expect(resumedReply(null, AT, false)).toMatch(/^Nothing was changed: .* The next daily run is <t:/);
		expect(resumedReply(PAUSE, AT, false)).toMatch(/^Resumed\. The next daily run is <t:/);
	});
});
