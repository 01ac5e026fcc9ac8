import type { Client, Message, MessageCreateOptions } from 'discord.js';
import type { StoredAlert } from '../../reconciliation/domain/alert.js';
import type { StoredHold } from '../../reconciliation/domain/hold.js';
import type { IssueState } from '../../reconciliation/domain/issue.js';
import type { MailWhen } from '../../reconciliation/domain/notification.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import {
	alertSubject,
	alertUpdateSubject,
	closeSubject,
	type Disconnection,
	disconnectedSubject,
	holdSubject,
	type Messenger,
	type Notification,
	overdueSubject,
	releaseSubject,
	runSubject
} from '../../reconciliation/outbox/outbox.js';
import { messageUrl } from '../format/format.js';
import type { NamesOf } from '../format/markdown-to-text.js';
import type { StripeMode } from '../format/stripe-links.js';
import { alertEmbed } from '../report/alert.js';
import { type Email, type EmailInput, renderEmail } from '../report/email.js';
import { holdAnnouncement } from '../report/hold.js';
import { overdueEmbed } from '../report/overdue.js';
import { reportPage } from '../report/page.js';
import type { ReportView } from '../report/view.js';
import { toWebhookEvent } from '../report/webhook.js';
import { type AdminChannelId, nonceFor, sendFailureText, sendToChannel } from './channel.js';
import type { SendEmail } from './mailer.js';
import { closeReport, redrawAlert, redrawHold } from './redraw.js';
import type { CallWebhook } from './webhook.js';

export interface MessengerLogger {
	error(...values: readonly unknown[]): void;
}

export interface MessengerOptions {
	/** A client that is logged in. */
	readonly client: Client;
	readonly guildId: string;
	/** The admin channel. */
	readonly channelId: AdminChannelId;
	/** Null if mail is not configured. */
	readonly sendEmail: SendEmail | null;
	/** Of runs that found nothing new. */
	readonly mailWhen: MailWhen;
	/** Null if no webhook is configured. */
	readonly callWebhook: CallWebhook | null;
	/** Of times in emails. */
	readonly timeZone: string;
	/** Of links to Stripe; default: live. */
	readonly stripeMode?: StripeMode;
	/** Current states of issues: automatic fixes run before the report is posted. */
	readonly readStates: (issueIds: readonly string[]) => Promise<ReadonlyMap<string, IssueState>>;
	/** Stores which message shows a run's report. */
	readonly saveReportMessage: (runId: string, channelId: string, messageId: string) => Promise<void>;
	/** Stores which message announced a hold. @returns the hold as it is now */
	readonly saveHoldMessage: (holdId: string, channelId: string, messageId: string) => Promise<StoredHold | null>;
	/** Stores which message shows an alert. @returns the alert as it is now */
	readonly saveAlertMessage: (alertId: string, channelId: string, messageId: string) => Promise<StoredAlert | null>;
	/** Where a run's report is; null if it has not been posted. */
	readonly reportMessage: (runId: string) => Promise<{ readonly channelId: string; readonly messageId: string } | null>;
	/** Link to the report that replaces a run's; null if none does. */
	readonly newerReportUrl: (runId: string) => Promise<string | null>;
	/** Link to a run's report; null if it has not been posted. */
	readonly reportUrl: (runId: string) => Promise<string | null>;
	readonly namesOf: NamesOf;
	readonly logger: MessengerLogger;
}

/** Delivers notifications to the admin channel, by email and to a webhook. */
export function createMessenger(parts: MessengerOptions): Messenger {
	const {
		client,
		guildId,
		channelId,
		sendEmail,
		mailWhen,
		callWebhook,
		timeZone,
		saveReportMessage,
		saveHoldMessage,
		saveAlertMessage,
		namesOf,
		logger
	} = parts;
	/** Why a subject's last post failed, for the email about it. */
	const notPosted = new Map<string, string>();

	return {
		mails: sendEmail !== null,
		mailWhen,
		webhooks: callWebhook !== null,
		post: async (notification) => {
			if (notification.kind === 'close') return close(parts, notification.result);
			if (notification.kind === 'release') return redrawHold(client, notification.hold);
			if (notification.kind === 'alert-update') return redrawAlert(client, notification.alert);
			const subject = subjectOf(notification);
			let message: Message;
			try {
				message = await sendToChannel(client, channelId, await messageOf(parts, notification));
			} catch (error) {
				const why = sendFailureText(error, channelId);
				notPosted.set(subject, why);
				throw new Error(why, { cause: error });
			}
			notPosted.delete(subject);
			if (notification.kind === 'run') {
				const { runId } = notification.result;
				await saveReportMessage(runId, message.channelId, message.id).catch((error: unknown) => {
					logger.error(
						`Posted the report of run ${runId} but could not store its message ID. Buttons still work; no action needed.`,
						error
					);
				});
			}
			if (notification.kind === 'hold') {
				const hold = await saveHoldMessage(notification.hold.id, message.channelId, message.id);
				// Released while it was being posted.
				if (hold !== null && hold.releasedBy !== null) await redrawHold(client, hold);
			}
			if (notification.kind === 'alert') {
				const alert = await saveAlertMessage(notification.alert.id, message.channelId, message.id);
				// A problem ended while it was being posted.
				if (alert !== null && resolvedOf(alert) !== resolvedOf(notification.alert)) await redrawAlert(client, alert);
			}
		},
		mail: async (notification, recipients) => {
			if (sendEmail === null) throw new Error('No mail can be sent: set SMTP_URL and ADMIN_EMAIL.');
			const subject = subjectOf(notification);
			const guild = client.guilds.cache.get(guildId);
			const url = await urlOf(parts, notification);
			const whyNot =
				notification.kind === 'disconnected'
					? 'Reeve is not connected to Discord.'
					: (notPosted.get(subject) ?? 'see `/reconcile status` for the reason. Reeve keeps trying.');
			const email = await withNames(namesOf, {
				notification,
				states: notification.kind === 'run' ? await statesOf(parts, notification.result) : new Map(),
				guildName: guild?.name ?? 'your server',
				timeZone,
				report: url === null ? { whyNot } : { url }
			});
			await sendEmail(email, subject, recipients);
		},
		callWebhook: async (notification, queuedAt) => {
			if (callWebhook === null) throw new Error('No webhook can be called: set WEBHOOK_URL.');
			// Only the admin channel has a message to update.
			if (notification.kind === 'close' || notification.kind === 'release' || notification.kind === 'alert-update') return;
			const id = `${guildId}_${subjectOf(notification)}`.replaceAll(/[^\w-]/g, '_');
			await callWebhook(toWebhookEvent(notification, { id, at: queuedAt, guildId, reportUrl: await urlOf(parts, notification) }));
		}
	};
}

/** Renders twice: the first pass collects the members without a known name, so that one lookup resolves them all. */
async function withNames(namesOf: NamesOf, parts: Omit<EmailInput, 'nameOf'>): Promise<Email> {
	const { notification } = parts;
	const names = new Map(
		notification.kind === 'run' ? notification.result.issues.map(({ discordId, discordName }) => [discordId, discordName]) : []
	);
	const unknown = new Set<string>();
	const nameOf = (id: string) => {
		if (!names.has(id)) unknown.add(id);
		return names.get(id) ?? `user ${id}`;
	};
	const email = renderEmail({ ...parts, nameOf });
	if (unknown.size === 0) return email;
	for (const [id, name] of await namesOf(unknown)) names.set(id, name);
	return renderEmail({ ...parts, nameOf });
}

function subjectOf(notification: Notification | Disconnection): string {
	if (notification.kind === 'disconnected') return disconnectedSubject(notification.at);
	if (notification.kind === 'hold') return holdSubject(notification.hold.id);
	if (notification.kind === 'close') return closeSubject(notification.result.runId);
	if (notification.kind === 'release') return releaseSubject(notification.hold.id);
	if (notification.kind === 'alert') return alertSubject(notification.alert.id);
	if (notification.kind === 'alert-update') return alertUpdateSubject(notification.alert.id, resolvedOf(notification.alert));
	return notification.kind === 'run' ? runSubject(notification.result.runId) : overdueSubject(notification.since);
}

function resolvedOf({ problems }: StoredAlert): number {
	return problems.filter(({ resolvedAt }) => resolvedAt !== null).length;
}

/** Only reports have a stored message; other notifications link to the channel. */
async function urlOf(
	{ guildId, channelId, reportUrl }: MessengerOptions,
	notification: Notification | Disconnection
): Promise<string | null> {
	if (notification.kind === 'disconnected') return null;
	// It is mailed because the channel cannot be used.
	if (notification.kind === 'alert') return null;
	if (notification.kind !== 'run') return channelId === null ? null : messageUrl(guildId, channelId);
	return reportUrl(notification.result.runId).catch(() => null);
}

async function messageOf(parts: MessengerOptions, notification: Notification): Promise<MessageCreateOptions> {
	const once = { ...nonceFor(`report:${subjectOf(notification)}`), allowedMentions: { parse: [] as [] } };
	if (notification.kind === 'overdue') return { embeds: [overdueEmbed(notification.since)], ...once };
	if (notification.kind === 'alert' || notification.kind === 'alert-update') return { embeds: [alertEmbed(notification.alert)], ...once };
	if (notification.kind === 'hold' || notification.kind === 'release') return { ...holdAnnouncement(notification.hold), ...once };
	const { result } = notification;
	// Posted late: a newer report may be there already.
	const newer = await parts.newerReportUrl(result.runId).catch(() => null);
	return {
		...reportPage(await viewOf(parts, result, newer), 0),
		...replyTo(result, parts.channelId),
		...once
	};
}

/** Closes a report that a newer one replaces. */
async function close(parts: MessengerOptions, result: ReconciliationResult): Promise<void> {
	const message = await parts.reportMessage(result.runId);
	const newer = await parts.newerReportUrl(result.runId);
	if (message !== null && newer !== null) await closeReport(parts.client, message, await viewOf(parts, result, newer));
}

async function viewOf(parts: MessengerOptions, result: ReconciliationResult, newer: string | null): Promise<ReportView> {
	return { result, states: await statesOf(parts, result), stripeMode: parts.stripeMode, newer };
}

/** A verification replies to the newest report that led to its fixes, if that is in this channel and still exists. */
function replyTo({ verified }: ReconciliationResult, channelId: AdminChannelId): Pick<MessageCreateOptions, 'reply'> {
	const report = verified?.reports.find((posted) => posted.channelId === channelId);
	return report === undefined ? {} : { reply: { messageReference: report.messageId, failIfNotExists: false } };
}

function statesOf({ readStates, logger }: MessengerOptions, result: ReconciliationResult): Promise<ReadonlyMap<string, IssueState>> {
	return readStates(result.issues.map((issue) => issue.id)).catch((error: unknown) => {
		// A report that does not show what is already fixed is better than none: a button on a fixed issue says so.
		logger.error(`Could not read issue states for run ${result.runId}; the report shows them as found.`, error);
		return new Map<string, IssueState>();
	});
}
