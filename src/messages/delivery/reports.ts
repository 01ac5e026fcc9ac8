import type { Client } from 'discord.js';
import type { IssueState } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import type { CheckResult } from '../../reconciliation/health/doctor.js';
import { mailDisconnection, type OutboxDeps } from '../../reconciliation/outbox/outbox.js';
import { messageUrl } from '../format/format.js';
import type { StripeMode } from '../format/stripe-links.js';
import { doctorEmbed } from '../replies/doctor.js';
import type { ReportLocation, ReportView } from '../report/view.js';
import type { Announce } from './announcer.js';
import { redrawReport } from './redraw.js';
import type { TargetedReports } from './targeted-reports.js';

/** An operator's command has just ended. */
const JUST_NOW_MS = 60_000;

interface MessageRef {
	readonly channelId: string;
	readonly messageId: string;
}

/** Stored reports, and the current states of their issues. */
export interface StoredReports {
	/** Null if there is no such run, it is still running, or its snapshot was deleted because of its age. */
	readReport(runId: string): Promise<{ readonly result: ReconciliationResult; readonly message: MessageRef | null } | null>;
	/** Null if the run's report has not been posted. */
	reportMessage(runId: string): Promise<MessageRef | null>;
	/** Why the newest try to post the run's report failed; null if none did. */
	reportFailure(runId: string): Promise<string | null>;
	/** The report that replaces the run's; null if none does. */
	newerReport(runId: string): Promise<MessageRef | null>;
	issueStates(issueIds: readonly string[]): Promise<ReadonlyMap<string, IssueState>>;
}

/** Reports of runs in the admin channel, and announcements below them. */
export interface ReportService {
	/** A run's report with the current states of its issues; null if there is no such run, or its snapshot was deleted. */
	view(runId: string): Promise<ReportView | null>;
	/** Where the run's report is, or why it could not be posted. Never throws. */
	locate(runId: string): Promise<ReportLocation>;
	/** Redraws a posted report on the page it shows. Logs a failure, never throws: its buttons read the database anyway. */
	refresh(runId: string): Promise<void>;
	/** Posts a line in the admin channel. Never throws. */
	readonly announce: Announce;
	/** Announces the check results that block every run, if there are any. Never throws. */
	announceBlocking(results: readonly CheckResult[]): Promise<void>;
	/** Mails, if mail is configured, why Discord has ended the connection for good. Never throws. */
	mailDisconnection(reason: string): Promise<void>;
}

export function createReportService(deps: {
	readonly client: Client;
	readonly guildId: string;
	readonly store: StoredReports;
	readonly stripeMode: StripeMode;
	readonly announce: Announce;
	/** Other reports may show the same issues. */
	readonly targeted: TargetedReports;
	readonly outbox: OutboxDeps;
	readonly logger: { warn(...values: readonly unknown[]): void };
}): ReportService {
	const { client, guildId, store, stripeMode, announce, targeted, outbox, logger } = deps;
	const viewOf = async (result: ReconciliationResult): Promise<ReportView> => ({
		result,
		states: await store.issueStates(result.issues.map((issue) => issue.id)),
		stripeMode,
		newer: await newerReportUrl(store, guildId, result.runId)
	});
	return {
		view: async (runId) => {
			const report = await store.readReport(runId);
			return report === null ? null : viewOf(report.result);
		},
		locate: async (runId) => {
			try {
				const url = await reportUrl(store, guildId, runId);
				return url === null ? { kind: 'not-posted', why: await store.reportFailure(runId) } : { kind: 'posted', url };
			} catch {
				return { kind: 'unknown' };
			}
		},
		refresh: async (runId) => {
			targeted.changed(new Date(outbox.now().getTime() - JUST_NOW_MS));
			try {
				const report = await store.readReport(runId);
				if (report?.message) await redrawReport(client, report.message, await viewOf(report.result));
			} catch (error) {
				logger.warn(`Could not refresh the report of run ${runId}:`, error);
			}
		},
		announce,
		announceBlocking: async (results) => {
			const blocking = results.filter(({ verdict }) => verdict === 'blocking');
			// Not invited yet: the log says so.
			const inGuild = client.guilds.cache.has(guildId);
			if (blocking.length > 0 && inGuild) await announce({ embeds: [doctorEmbed(blocking)] });
		},
		mailDisconnection: (reason) => mailDisconnection(outbox, reason)
	};
}

/** Link to the report that replaces a run's; null if none does. */
export async function newerReportUrl(store: Pick<StoredReports, 'newerReport'>, guildId: string, runId: string): Promise<string | null> {
	const message = await store.newerReport(runId);
	return message === null ? null : messageUrl(guildId, message.channelId, message.messageId);
}

/** Link to the posted report of a run; null if it was not posted. */
export async function reportUrl(store: Pick<StoredReports, 'reportMessage'>, guildId: string, runId: string): Promise<string | null> {
	const message = await store.reportMessage(runId);
	return message === null ? null : messageUrl(guildId, message.channelId, message.messageId);
}
