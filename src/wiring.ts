import type { ILogger } from '@sapphire/framework';
import type { Client } from 'discord.js';
import { externalChecks, guildChecks, lastRunCheck, onDemandChecks, storageChecks } from './checks.js';
import { mailSettings, managedRoleSettings, policySettings, settingsFingerprint } from './config/derived.js';
import type { Settings } from './config/env.js';
import { createGuild } from './discord/guild.js';
import { createNames } from './discord/names.js';
import { InFlightWork, ShuttingDownError } from './lifecycle.js';
import { createAnnouncer } from './messages/delivery/announcer.js';
import { createBulkTracker } from './messages/delivery/bulk-progress.js';
import { createMailer } from './messages/delivery/mailer.js';
import { createMessenger } from './messages/delivery/messenger.js';
import { redrawReport } from './messages/delivery/redraw.js';
import { doctorEmbed } from './messages/replies/doctor.js';
import { RUNS_PER_PAGE } from './messages/replies/history.js';
import type { ReportView } from './messages/report/view.js';
import type { Ports } from './reconciliation/domain/ports.js';
import {
	alertIfOverdue,
	channelsFor,
	channelsForHold,
	deliverRunReport,
	explainMember,
	failAbandonedRuns,
	fixBulk,
	fixIssue,
	flushOutbox,
	holdIfRefused,
	linkCustomer,
	linksOf,
	nextRun,
	planBulk,
	type ReconciliationResult,
	readStatus,
	recoverInterruptedAttempts,
	resumeBulks,
	runChecks,
	runDailyIfDue,
	runReconciliation,
	searchCustomers,
	undoFix,
	unlinkRow,
	verifyIfDue
} from './reconciliation/index.js';
import type { Redactors } from './redaction/redactor.js';
import type { Reeve } from './reeve.js';
import type { Database } from './store/connection/database.js';
import { createLedger } from './store/ledger.js';
import { statusStore } from './store/status.js';
import { type BillingOptions, createBilling } from './stripe/billing.js';

const DAY_MS = 86_400_000;

/** Runs to pick one from. */
const MAX_RUNS_LISTED = 200;

/** How long Reeve waits for others; where nothing is said, as long as is good for the real ones. */
export interface AdapterTimeouts {
	readonly stripe?: Pick<BillingOptions, 'timeoutMs' | 'timing'>;
	/** For the next part of the list of members. */
	readonly listingTimeoutMs?: number;
}

/** Wires the ports: the one place where the heart meets Stripe, Discord, the database and the report. */
export function createReeve(parts: {
	settings: Settings;
	database: Database;
	client: Client;
	logger: Pick<ILogger, 'error' | 'warn' | 'info'>;
	masks: Redactors;
	patience?: AdapterTimeouts;
}): Reeve {
	const { settings, database, client, logger, masks, patience = {} } = parts;
	const guildId = settings.DISCORD_GUILD_ID;
	const verifyAfterMinutes = settings.RECONCILIATION_VERIFY_AFTER_MINUTES;
	const ledger = createLedger(database, guildId, { verifyAfterMinutes });
	const now = () => new Date();
	const reportUrl = async (runId: string) => {
		const message = await ledger.reportMessage(runId);
		return message === null ? null : `https://discord.com/channels/${guildId}/${message.channelId}/${message.messageId}`;
	};
	const namesOf = createNames(client, guildId);
	const mail = mailSettings(settings);
	const messenger = createMessenger({
		client,
		guildId,
		channelId: settings.DISCORD_ADMIN_CHANNEL_ID,
		sendEmail: mail === null ? null : createMailer(mail, { email: masks.distinctive, errors: masks.all }),
		timeZone: settings.RECONCILIATION_TIMEZONE,
		readStates: (issueIds) => ledger.issueStates(issueIds),
		saveReportMessage: (runId, channelId, messageId) => ledger.setReportMessage(runId, channelId, messageId),
		reportUrl,
		namesOf,
		logger
	});
	const post = { outbox: ledger, messenger, now, logger };
	const billing = createBilling({
		secretKey: settings.STRIPE_SECRET_KEY,
		apiUrl: settings.STRIPE_API_URL,
		discordIdKey: settings.STRIPE_DISCORD_ID_KEY,
		requestsPerSecond: settings.STRIPE_REQUESTS_PER_SECOND,
		...patience.stripe
	});
	const underWay = new InFlightWork();
	const inChannel = { client, channelId: settings.DISCORD_ADMIN_CHANNEL_ID, logger };
	const announce = createAnnouncer(inChannel);
	const ports: Ports = {
		billing,
		guild: createGuild({
			client,
			guildId,
			wanted: managedRoleSettings(settings),
			memory: ledger,
			listingTimeoutMs: patience.listingTimeoutMs
		}),
		ledger,
		notifier: {
			channels: (result) => channelsFor(result, messenger.mails),
			report: (result) => deliverRunReport(post, result),
			trackBulk: createBulkTracker({ ...inChannel, announce, trackReply: (work) => underWay.trackReply(work) })
		},
		now,
		shouldContinue: () => !underWay.shuttingDown,
		onUnexpectedError: (error) => logger.error('An error that nobody foresaw:', error)
	};
	const linking = { billing, guild: ports.guild, ledger, now };
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

	const refreshReport = async (runId: string) => {
		try {
			const report = await ledger.readReport(runId);
			if (report?.message) await redrawReport(client, report.message, await viewOf(report.result));
		} catch (error) {
			// A courtesy: what a report shows is in the database, and its buttons look there.
			logger.warn(`The report of run ${runId} was not brought up to date:`, error);
		}
	};

	const explainPerson = (discordId: string) => explainMember({ ...ports, billing }, ledger, policy, discordId);

	const undertake = <T>(work: () => Promise<T>) => underWay.track(work);
	const settle = async () => {
		await recoverInterruptedAttempts(ports);
		await failAbandonedRuns(ports);
	};

	return {
		operators: { guildId, roleIds: settings.DISCORD_OPERATOR_ROLE_IDS },
		paused,
		run: (options) => undertake(() => runReconciliation(ports, run, options)),
		runIfDue: () => undertake(() => runDailyIfDue(ports, run, daily, ledger)),
		status: () => readStatus(ports, statusStore(database, guildId), ledger, daily),
		history: async (days, page) => {
			const since = new Date(Date.now() - days * DAY_MS);
			const book = statusStore(database, guildId);
			const runs = await book.recentRuns({ since, skip: page * RUNS_PER_PAGE, take: RUNS_PER_PAGE });
			return { days, page, counts: await book.countRuns(since), runs };
		},
		currentPause: () => ledger.currentPause(ports.now()),
		pause: async ({ actor, reason, until }) => {
			const pause = { pausedAt: ports.now(), pausedBy: actor, reason, until };
			return { pause, replaced: await ledger.startPause(pause) };
		},
		resume: async ({ actor }) => {
			const ended = await ledger.endPause({ actor, at: ports.now() });
			return { ended, nextRunAt: await nextRun(ports, ledger, daily, null, ports.now()) };
		},
		fix: (order) => undertake(() => fixIssue(ports, policy, order)),
		openIssues: () => ledger.openIssues('all'),
		planBulk: async (scope, actor) => {
			const plan = await planBulk(ports, ledger, run.maxRevokePercent, scope);
			if (plan?.hold) {
				await holdIfRefused(ledger, plan, { actor, at: now(), tell: channelsForHold(messenger.mails) });
				// Not waited for: whoever asked sees the plan. What cannot be said now is said with the next housekeeping.
				undertake(() => flushOutbox(post, false)).catch((error: unknown) => logger.error('Telling of a hold failed:', error));
			}
			return plan;
		},
		fixBulk: (order) => undertake(() => fixBulk(ports, ledger, run, order)),
		explain: explainPerson,
		explainIssue: async (issueId) => {
			const subject = await ledger.subjectOf(issueId);
			return subject === null ? null : explainPerson(subject.discordId);
		},
		endedRuns: () => ledger.endedRuns(MAX_RUNS_LISTED),
		record: (runId) => ledger.readRecord(runId),
		refreshReport,
		continueBulks: async () => {
			try {
				const continued = await undertake(() => resumeBulks(ports, ledger, policy));
				for (const { bulk } of continued) await refreshReport(bulk.runId);
			} catch (error) {
				if (!(error instanceof ShuttingDownError)) logger.error('Going on with a bulk fix failed, and is tried again:', error);
			}
		},
		verifyIfDue: () => undertake(() => verifyIfDue(ports, ledger, run, verifyAfterMinutes)),
		undo: (order) => undertake(() => undoFix(ports, ledger, order)),
		undoableFixes: (text, limit) => ledger.undoableFixes(text, limit),
		settleInterrupted: () => undertake(settle),
		report: async (runId) => {
			const report = await ledger.readReport(runId);
			return report === null ? null : viewOf(report.result);
		},
		exempt: (order) => ledger.exempt(order, ports.now()),
		endExemption: ({ id, actor }) => ledger.endExemption(id, { actor, at: ports.now() }),
		exemptions: () => ledger.exemptionsInForce(ports.now()),
		subjectOf: ledger.subjectOf,
		namesOf,
		nameOf: async (discordId) => (await namesOf([discordId])).get(discordId) ?? null,
		looksLikeCustomerId: billing.looksLikeCustomerId,
		customersLike: (text) => searchCustomers(billing, text),
		link: (order) => undertake(() => linkCustomer(linking, policy, order)),
		ties: (discordId) => linksOf(linking, policy, discordId),
		unlink: (order) => undertake(() => unlinkRow(linking, policy, order)),
		warnIfBlocked: async (findings) => {
			const blocking = findings.filter(({ verdict }) => verdict === 'blocking');
			if (blocking.length > 0) await announce({ embeds: [doctorEmbed(blocking)] });
		},
		doctor: () =>
			runChecks([
				...(client.isReady() ? guildChecks(settings, { client, database, justLoggedIn: false }) : []),
				...externalChecks(settings, [], masks.all),
				...onDemandChecks(settings),
				...storageChecks(settings, database),
				lastRunCheck(settings, database)
			]),
		queueName: async () => `reeve-${guildId}-${(await ledger.installedAt(ports.now())).getTime()}`,
		announce,
		reportUrl,
		noticeSettings: async () => {
			for (const { name, before, after } of await ledger.recordSettingsChanges(settingsFingerprint(settings), now()))
				logger.info(`Setting ${name} has changed since the last start: ${before ?? 'not set'} → ${after ?? 'not set'}.`);
		},
		housekeep: ({ atStart }) =>
			undertake(async () => {
				// At start the day that was slept through is run first: an alarm about it would be no news.
				if (!atStart) {
					// A claim or a lease of a process that died may have outlived the start after it.
					await settle();
					await alertIfOverdue(ledger, now(), { paused, mails: messenger.mails });
				}
				await flushOutbox(post, atStart);
			}),
		attend: (answer) => underWay.trackReply(answer),
		stop: (within) => underWay.shutdown(within)
	};
}
