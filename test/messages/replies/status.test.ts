import { describe, expect, test } from 'vitest';
import type { ProbeResult } from '../../../src/async/probe.js';
import { historyReply } from '../../../src/messages/replies/history.js';
import { pausedAnnouncement, pausedReply, resumedReply } from '../../../src/messages/replies/schedule-messages.js';
import { statusEmbed } from '../../../src/messages/replies/status.js';
import type { StatusSettings } from '../../../src/messages/replies/status-lines.js';
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

/** The lines of the description and the fields, by their name. */
const partsOf = (over: Partial<Status> = {}, settings = SETTINGS): Record<string, string> => {
	const { description = '', fields = [] } = statusEmbed(status(over), settings, AT);
	const lines = description.split('\n').map((line): [string, string] => {
		const [, name = '', text = ''] = /^\*\*([^:*]+):\*\* (.*)$/.exec(line) ?? ['', line, ''];
		return [name, text];
	});
	return Object.fromEntries([...lines, ...fields.map(({ name, value }): [string, string] => [name, value])]);
};

describe('statusEmbed', () => {
	test('is a line for each thing that an operator looks at, and nothing else if all is well', () => {
		expect(statusEmbed(status(), SETTINGS, AT)).toEqual({
			title: 'Status',
			color: expect.any(Number),
			description: [
				'**Open issues:** none',
				`**Last run:** <t:${AT_SECONDS}:R> · daily · all clear · [report](https://discord.com/channels/1/2/3)`,
				`**Next run:** <t:${AT_SECONDS}:R>, every day at 03:00, Europe/Berlin`,
				'**Auto-fix:** off. Ready for auto-fix: `/reconcile readiness`',
				`**Changes:** Stripe's events read <t:${AT_SECONDS}:R>, the newest from <t:${AT_SECONDS}:R>; none waits`,
				'**Sources:** ✓ Stripe (test data) · ✓ Discord · ✓ Database (embedded)'
			].join('\n'),
			fields: []
		});
	});

	test('says when the members that a change may concern were last compared', () => {
		const last = run({ triggeredBy: 'targeted', onlyMembers: [ADA, OPERATOR], report: null });
		expect(partsOf({ lastTargeted: known(last) })['Last check after a change']).toMatch(/ · after changes to 2 members · all clear$/);
	});

	test('says which run was the last good one', () => {
		expect(partsOf({ lastRun: known(run({ runId: 'run2', status: 'FAILED' })) })['Last full check']).toBe(`<t:${AT_SECONDS}:R>`);
		const none = { lastRun: known(run({ status: 'FAILED' })), lastSuccess: known(null) };
		expect(partsOf(none)['Last full check']).toBe('none has succeeded yet');
		expect(partsOf({ lastRun: known(null), lastSuccess: known(null) })['Last run']).toBe('none yet, `/reconcile run` makes the first');
	});

	test('shows how current the comparison is', () => {
		const lineOf = (changes: Partial<ChangeStatus> | null) =>
			partsOf({ changes: known(changes === null ? null : { ...CHANGES, ...changes }) }).Changes ?? '';
		expect(lineOf({ readAt: null, newestEventAt: null })).toContain("Stripe's events have not been read yet");
		expect(lineOf({ queued: 3, oldestAt: AT })).toContain(`3 changes to compare, the oldest from <t:${AT_SECONDS}:R>`);
		const late = new Date(AT.getTime() - 121_000);
		expect(lineOf({ readAt: late })).toContain(`**Stripe's events could not be read since <t:${AT_SECONDS - 121}:f>.**`);
		expect(lineOf({ readAt: late, pollMs: 60_000 })).not.toContain('could not');
		expect(lineOf(null)).toBe('not watched, because RECONCILIATION_EVENTS_SECONDS is 0; the daily run finds what is wrong');
	});

	test('shows the pause and that the settings win', () => {
		const { description } = statusEmbed(
			status({ pause: known(PAUSE), nextRunAt: known(null), daily: { hour: 3, timeZone: 'Europe/Berlin', paused: true } }),
			SETTINGS
		);
		expect(description).toContain('**Paused** by the settings: RECONCILIATION_PAUSED is true');
		expect(description).toContain(
			`**Paused by <@${OPERATOR}> <t:${AT_SECONDS}:R>, until an operator resumes them: Stripe is being moved**`
		);
		expect(description).toContain('**Next run:** every day at 03:00, Europe/Berlin\n');
	});

	test('shows open issues by kind, with their age and what they are about in money', () => {
		const open = known([{ kind: 'MISSING_ACCESS', many: 3, oldest: AT } as const, { kind: 'UNLINKED', many: 1000, oldest: AT } as const]);
		const embed = statusEmbed(status({ open, money: known(MONEY) }), SETTINGS);
		expect(embed.color).toBe(0xf0a020);
		expect(embed.description?.split('\n').slice(0, 4)).toEqual([
			'**Open issues: 1,003**',
			`3 locked out, oldest <t:${AT_SECONDS}:R>`,
			`1,000 not linked, oldest <t:${AT_SECONDS}:R>`,
			'$348 a month paid without access, ¥500 a month of access not paid'
		]);
	});

	test('shows a pending verification, exemptions and undelivered messages', () => {
		const parts = partsOf({
			verification: known({ dueAt: AT, fixes: 2 }),
			undelivered: known([
				{ channel: 'mail', subject: 'run:run1', since: AT, tries: 2, lastError: 'The mail server refused.', nextTryAt: AT },
				{ channel: 'report', subject: 'hold:hold1', since: AT, tries: 1, lastError: null, nextTryAt: AT },
				{ channel: 'mail', subject: `overdue:${AT.toISOString()}`, since: AT, tries: 1, lastError: null, nextTryAt: AT }
			]),
			exemptions: known(4)
		});
		expect(parts.Verification).toContain('of 2 fixes');
		for (const part of ['Mail of a run', 'tried 2 times', 'Report of a hold', 'Mail that no run has succeeded'])
			expect(parts['Not delivered yet']).toContain(part);
		expect(parts['Not delivered yet']).toContain('The mail server refused.');
		expect(parts.Exempt).toBe('4 people, see `/reconcile exemptions`');
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
		expect(embed.fields).toEqual([{ name: 'Sources', value: "✗ Discord: Reeve's role is below Lord: drag it up.", inline: false }]);
	});

	const UNKNOWN = { ok: false, error: 'The database did not answer within 5 seconds.' } as const;
	const NOTHING_KNOWN = {
		readiness: UNKNOWN,
		nextRunAt: UNKNOWN,
		pause: UNKNOWN,
		lastRun: UNKNOWN,
		lastSuccess: UNKNOWN,
		lastTargeted: UNKNOWN,
		money: UNKNOWN,
		open: UNKNOWN,
		verification: UNKNOWN,
		undelivered: UNKNOWN,
		exemptions: UNKNOWN,
		changes: UNKNOWN,
		ruleChange: UNKNOWN,
		onboarding: UNKNOWN
	};

	test('names unreadable values as unknown, together, and shows none of them as nothing', () => {
		const embed = statusEmbed(status(NOTHING_KNOWN), SETTINGS);
		expect(embed.description).toBe(
			[
				'Some of this could not be read: see Unknown below. Try again in a minute.',
				'**Next run:** every day at 03:00, Europe/Berlin',
				'**Auto-fix:** off. Whether it can be switched on: `/reconcile readiness`',
				'**Sources:** ✓ Stripe (test data) · ✓ Discord · ✓ Database (embedded)'
			].join('\n')
		);
		const names =
			'Open issues, money, last run, last full check, last check after a change, next run, pause, readiness, changes, verification, exemptions, setup, rules, deliveries';
		expect(embed.fields).toEqual([{ name: 'Unknown', value: `${names}: ${UNKNOWN.error}`, inline: false }]);
	});

	test('names the schema of the database, unless it is the usual one', () => {
		const sources = (settings: Partial<StatusSettings>) => partsOf({}, { ...SETTINGS, ...settings }).Sources;
		expect(sources({ database: 'postgresql', schema: 'reeve' })).toContain('✓ Database (PostgreSQL, schema reeve)');
		expect(sources({ database: 'postgresql', schema: 'public' })).toContain('✓ Database (PostgreSQL)');
	});

	test.each(Object.keys(NOTHING_KNOWN))('is not green while %s is unknown', (unread) => {
		const embed = statusEmbed(status({ [unread]: UNKNOWN }), SETTINGS);
		expect(embed).toMatchObject({ title: 'Status: something needs you', color: 0xed4245 });
		expect(embed.description).toContain('could not be read');
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
