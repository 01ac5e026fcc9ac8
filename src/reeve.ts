import type { ILogger } from '@sapphire/framework';
import type { Client } from 'discord.js';
import { mailSettings, managedRoleSettings, policySettings, settingsToRemember } from './config/derived.js';
import type { Settings } from './config/env.js';
import { createGuild } from './discord/guild.js';
import type { OperatorRule } from './discord/operators.js';
import {
	type ArchivedRun,
	type BulkOrder,
	type BulkPlan,
	type BulkResult,
	type BulkScope,
	type CustomersResult,
	channelsFor,
	customersLike,
	deliverPending,
	type Exempted,
	type ExemptionBook,
	type ExemptOrder,
	type Explanation,
	explain,
	type FixOrder,
	type FixResult,
	fixBulk,
	fixIssue,
	type LinkOrder,
	type LinkResult,
	type ListedIssue,
	linkCustomer,
	nextRun,
	type Pause,
	planBulk,
	type ReconciliationOptions,
	type ReconciliationResult,
	type RunRecord,
	raiseAlarm,
	readStatus,
	runIfDue,
	runReconciliation,
	type Status,
	type StoredExemption,
	settleInterrupted,
	type TiesResult,
	tellOf,
	tiesOf,
	type UndoableFix,
	type UndoOrder,
	type UndoResult,
	type UnlinkOrder,
	type UnlinkResult,
	undoFix,
	unlinkRow,
	verifyIfDue
} from './reconciliation/index.js';
import type { World } from './reconciliation/ports.js';
import { type Announce, createAnnouncer } from './report/announcer.js';
import { type HistoryPage, RUNS_PER_PAGE } from './report/history.js';
import { createMailer } from './report/mailer.js';
import { createMessenger } from './report/messenger.js';
import { redrawReport } from './report/redraw.js';
import type { ReportView } from './report/view.js';
import type { Database } from './store/database.js';
import { createLedger } from './store/ledger.js';
import { statusBook } from './store/status.js';
import { createBilling } from './stripe/billing.js';

const DAY_MS = 86_400_000;

/** What the pieces ask of Reeve: one call for each thing an operator can want. */
export interface Reeve {
	readonly operators: OperatorRule;
	/** Whether the schedule is paused by the settings. */
	readonly paused: boolean;
	/** Compares everything now. Null if the scheduled day has had its run. @throws {RunInProgressError} */
	run(options: ReconciliationOptions): Promise<ReconciliationResult | null>;
	/** How things stand. */
	status(): Promise<Status>;
	/** A page of the last runs. @param page - counted from 0 */
	history(days: number, page: number): Promise<HistoryPage>;
	/** The pause in force. */
	currentPause(): Promise<Pause | null>;
	/** Stops the daily runs. `replaced`: the pause that was in force. */
	pause(order: Pick<Pause, 'reason' | 'until'> & { readonly actor: string }): Promise<{ pause: Pause; replaced: Pause | null }>;
	/** Ends the pause in force, if there is one. */
	resume(by: { readonly actor: string }): Promise<{ ended: Pause | null; nextRunAt: Date | null }>;
	/** Runs the scheduled reconciliation if it is due. */
	runIfDue(): Promise<ReconciliationResult | null>;
	/** Looks whether the drift of fixes has stayed gone, if that is due. */
	verifyIfDue(): Promise<ReconciliationResult | null>;
	fix(order: FixOrder): Promise<FixResult>;
	/** Open issues that nobody is fixing now. */
	openIssues(): Promise<readonly ListedIssue[]>;
	/** What a bulk fix would do; null if nothing is open. */
	planBulk(scope: BulkScope): Promise<BulkPlan | null>;
	fixBulk(order: Omit<BulkOrder, 'goOn'>): Promise<BulkResult>;
	/** Explains one person: what they should have, and why. Changes nothing. */
	explain(discordId: string): Promise<Explanation>;
	/** The same for whomever an issue is about; null if there is no such issue. */
	explainIssue(issueId: string): Promise<Explanation | null>;
	/** The last runs that have ended, the newest first, to pick one from. */
	endedRuns(): Promise<readonly ArchivedRun[]>;
	/** All that is kept of a run, the newest that completed without an ID; null if there is none. */
	record(runId: string | null): Promise<RunRecord | null>;
	/** Draws a report anew, on the page it shows, where something has changed that its own buttons did not. Never fails. */
	refreshReport(runId: string): Promise<void>;
	undo(order: UndoOrder): Promise<UndoResult>;
	/** The newest fixes that can be undone, of people whose name or Discord ID contains the text. */
	undoableFixes(text: string, limit: number): Promise<readonly UndoableFix[]>;
	/** A run's report as things stand now; null if there is no such run. */
	report(runId: string): Promise<ReportView | null>;
	/** Where the report was posted; null if it could not be. */
	reportUrl(runId: string): Promise<string | null>;
	/** Makes Reeve leave somebody's roles as they are. */
	exempt(order: ExemptOrder): Promise<Exempted>;
	/** Null where it had ended already. */
	endExemption(order: { readonly id: string; readonly actor: string }): Promise<StoredExemption | null>;
	/** Those in force. */
	exemptions(): Promise<readonly StoredExemption[]>;
	/** Whose issue this is. */
	readonly subjectOf: ExemptionBook['subjectOf'];
	/** The name that Discord shows for somebody; null for whoever is not in the server. */
	nameOf(discordId: string): string | null;
	/** Customers by ID, email or name: what could be meant. */
	customersLike(text: string): Promise<CustomersResult>;
	/** Ties a customer to a person, unless something speaks against it. */
	link(order: LinkOrder): Promise<LinkResult>;
	/** What ties a person to customers and teams. */
	ties(discordId: string): Promise<TiesResult>;
	/** Unties a row from a person. */
	unlink(order: UnlinkOrder): Promise<UnlinkResult>;
	/** Says in the admin channel what was changed, and by whom. */
	readonly announce: Announce;
	/** Delivers what could not be delivered, and raises the alarm if no run has succeeded for too long. */
	housekeep(when: { readonly atStart: boolean }): Promise<void>;
	/** Writes down, in the audit log and the log, which settings somebody has changed since the last start. */
	noticeSettings(): Promise<void>;
	/** Finishes or settles what a stopped process left half-done. */
	settleInterrupted(): Promise<void>;
	/** Names the queue of wake-ups: one for each guild and each database, so that others on the same Redis are not woken in its place. */
	queueName(): Promise<string>;
	/** Takes on nothing new and waits for what is under way, at most so many milliseconds. */
	stop(withinMs: number): Promise<void>;
}

/** Reeve is on its way down. */
export class StoppingError extends Error {
	public constructor() {
		super('Reeve is being restarted. Nothing was changed; try again in a minute.');
		this.name = 'StoppingError';
	}
}

/** Runs to pick one from. */
const RUNS_LISTED = 200;

/** Wires the ports: the one place where the heart meets Stripe, Discord, the database and the report. */
export function createReeve(parts: { settings: Settings; database: Database; client: Client; logger: ILogger }): Reeve {
	const { settings, database, client, logger } = parts;
	const guildId = settings.DISCORD_GUILD_ID;
	const verifyAfterMinutes = settings.RECONCILIATION_VERIFY_AFTER_MINUTES;
	const ledger = createLedger(database, guildId, { verifyAfterMinutes });
	const now = () => new Date();
	const reportUrl = async (runId: string) => {
		const report = await ledger.readReport(runId);
		return report?.message ? `https://discord.com/channels/${guildId}/${report.message.channelId}/${report.message.messageId}` : null;
	};
	const mail = mailSettings(settings);
	const messenger = createMessenger({
		client,
		guildId,
		channelId: settings.DISCORD_ADMIN_CHANNEL_ID,
		sendLetter: mail === null ? null : createMailer(mail),
		timeZone: settings.RECONCILIATION_TIMEZONE,
		readStates: (issueIds) => ledger.issueStates(issueIds),
		remember: (runId, channelId, messageId) => ledger.setReportMessage(runId, channelId, messageId),
		reportUrl,
		logger
	});
	const post = { book: ledger, messenger, now, logger };
	const billing = createBilling({
		secretKey: settings.STRIPE_SECRET_KEY,
		apiUrl: settings.STRIPE_API_URL,
		discordIdKey: settings.STRIPE_DISCORD_ID_KEY
	});
	const world: World = {
		billing,
		guild: createGuild({ client, guildId, wanted: managedRoleSettings(settings), memory: ledger }),
		ledger,
		notifier: {
			channels: (result) => channelsFor(result, messenger.mails),
			report: (result) => tellOf(post, result)
		},
		now,
		onUnforeseen: (error) => logger.error('An error that nobody foresaw:', error)
	};
	const linking = { billing, guild: world.guild, ledger, now };
	const policy = policySettings(settings);
	const run = {
		policy,
		autoFix: settings.RECONCILIATION_AUTO_FIX === 'true',
		fixUnlinked: settings.RECONCILIATION_FIX_UNLINKED === 'true',
		maxRevokePercent: settings.RECONCILIATION_MAX_REVOKE_PERCENT
	};
	const paused = settings.RECONCILIATION_PAUSED === 'true';
	const daily = { hour: settings.RECONCILIATION_HOUR, timeZone: settings.RECONCILIATION_TIMEZONE, paused };

	const viewOf = async (result: ReconciliationResult): Promise<ReportView> => ({
		result,
		states: await ledger.issueStates(result.issues.map((issue) => issue.id))
	});

	const explainPerson = (discordId: string) => explain({ ...world, billing }, ledger, policy, discordId);

	const underWay = new Set<Promise<unknown>>();
	let stopping = false;
	const undertake = async <T>(work: () => Promise<T>): Promise<T> => {
		if (stopping) throw new StoppingError();
		const promise = work();
		underWay.add(promise);
		try {
			return await promise;
		} finally {
			underWay.delete(promise);
		}
	};

	return {
		operators: { guildId, roleIds: settings.DISCORD_OPERATOR_ROLE_IDS },
		paused,
		run: (options) => undertake(() => runReconciliation(world, run, options)),
		runIfDue: () => undertake(() => runIfDue(world, run, daily, ledger)),
		status: () => readStatus(world, statusBook(database, guildId), ledger, daily),
		history: async (days, page) => {
			const since = new Date(Date.now() - days * DAY_MS);
			const book = statusBook(database, guildId);
			const runs = await book.recentRuns({ since, skip: page * RUNS_PER_PAGE, take: RUNS_PER_PAGE });
			return { days, page, counts: await book.countRuns(since), runs };
		},
		currentPause: () => ledger.currentPause(world.now()),
		pause: async ({ actor, reason, until }) => {
			const pause = { pausedAt: world.now(), pausedBy: actor, reason, until };
			return { pause, replaced: await ledger.startPause(pause) };
		},
		resume: async ({ actor }) => {
			const ended = await ledger.endPause({ actor, at: world.now() });
			return { ended, nextRunAt: await nextRun(world, ledger, daily, null, world.now()) };
		},
		fix: (order) => undertake(() => fixIssue(world, policy, order)),
		openIssues: () => ledger.openIssues('all'),
		planBulk: (scope) => planBulk(world, ledger, run.maxRevokePercent, scope),
		fixBulk: (order) => undertake(() => fixBulk(world, ledger, run, { ...order, goOn: () => !stopping })),
		explain: explainPerson,
		explainIssue: async (issueId) => {
			const subject = await ledger.subjectOf(issueId);
			return subject === null ? null : explainPerson(subject.discordId);
		},
		endedRuns: () => ledger.endedRuns(RUNS_LISTED),
		record: (runId) => ledger.readRecord(runId),
		refreshReport: async (runId) => {
			const report = await ledger.readReport(runId);
			if (report?.message) await redrawReport({ client, logger }, report.message, await viewOf(report.result));
		},
		verifyIfDue: () => undertake(() => verifyIfDue(world, ledger, run, verifyAfterMinutes)),
		undo: (order) => undertake(() => undoFix(world, ledger, order)),
		undoableFixes: (text, limit) => ledger.undoableFixes(text, limit),
		settleInterrupted: () => undertake(() => settleInterrupted(world)),
		report: async (runId) => {
			const report = await ledger.readReport(runId);
			return report === null ? null : viewOf(report.result);
		},
		exempt: (order) => ledger.exempt(order, world.now()),
		endExemption: ({ id, actor }) => ledger.endExemption(id, { actor, at: world.now() }),
		exemptions: () => ledger.exemptionsInForce(world.now()),
		subjectOf: ledger.subjectOf,
		nameOf: (discordId) => client.guilds.cache.get(guildId)?.members.cache.get(discordId)?.displayName ?? null,
		customersLike: (text) => customersLike(billing, text),
		link: (order) => undertake(() => linkCustomer(linking, policy, order)),
		ties: (discordId) => tiesOf(linking, policy, discordId),
		unlink: (order) => undertake(() => unlinkRow(linking, policy, order)),
		queueName: async () => `reeve-${guildId}-${(await ledger.installedAt(world.now())).getTime()}`,
		announce: createAnnouncer({ client, channelId: settings.DISCORD_ADMIN_CHANNEL_ID, logger }),
		reportUrl,
		noticeSettings: async () => {
			for (const { name, before, after } of await ledger.noticeSettings(settingsToRemember(settings), now()))
				logger.info(`Setting ${name} has changed since the last start: ${before ?? 'not set'} → ${after ?? 'not set'}.`);
		},
		housekeep: ({ atStart }) =>
			undertake(async () => {
				// At start the day that was slept through is run first: an alarm about it would be no news.
				if (!atStart) await raiseAlarm(ledger, now(), { paused, mails: messenger.mails });
				await deliverPending(post, atStart);
			}),
		stop: async (withinMs) => {
			stopping = true;
			let timer: NodeJS.Timeout | undefined;
			const limit = new Promise((resolve) => {
				timer = setTimeout(resolve, withinMs);
			});
			await Promise.race([Promise.allSettled(underWay), limit]);
			clearTimeout(timer);
		}
	};
}

declare module '@sapphire/pieces' {
	interface Container {
		reeve: Reeve;
		settings: Settings;
		database: Database;
	}
}
