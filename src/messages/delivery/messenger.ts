import type { Client, MessageCreateOptions } from 'discord.js';
import type { IssueState } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { holdSubject, type Messenger, type Notification, overdueSubject, runSubject } from '../../reconciliation/outbox/outbox.js';
import { messageUrl } from '../format/format.js';
import type { NamesOf } from '../format/markdown-to-text.js';
import { type Email, type EmailInput, renderEmail } from '../report/email.js';
import { holdAnnouncement } from '../report/hold.js';
import { overdueEmbed } from '../report/overdue.js';
import { reportPage } from '../report/page.js';
import { nonceFor, sendFailureText, sendToChannel } from './channel.js';
import type { SendEmail } from './mailer.js';

/** Where the messenger says what it could not do. */
export interface MessengerLogger {
	error(...values: readonly unknown[]): void;
}

export interface MessengerOptions {
	/** A client that is logged in. */
	readonly client: Client;
	readonly guildId: string;
	/** The admin channel. */
	readonly channelId: string;
	/** Null where there is no mail server, or nobody to get mails. */
	readonly sendEmail: SendEmail | null;
	/** Of the moments in mails. */
	readonly timeZone: string;
	/** What has become of these issues: automatic fixes come before the report. */
	readonly readStates: (issueIds: readonly string[]) => Promise<ReadonlyMap<string, IssueState>>;
	/** Keeps which message is a run's report. */
	readonly saveReportMessage: (runId: string, channelId: string, messageId: string) => Promise<void>;
	/** Where a run's report is; null if it has not been posted. */
	readonly reportUrl: (runId: string) => Promise<string | null>;
	readonly namesOf: NamesOf;
	readonly logger: MessengerLogger;
}

/** Tells the operators: in the admin channel, and by mail. */
export function createMessenger(parts: MessengerOptions): Messenger {
	const { client, guildId, channelId, sendEmail, timeZone, saveReportMessage, namesOf, logger } = parts;
	/** Why the last report was not posted, for the mail about the same thing. */
	const notPosted = new Map<string, string>();

	return {
		mails: sendEmail !== null,
		post: async (notification) => {
			const subject = subjectOf(notification);
			let messageId: string;
			try {
				messageId = (await sendToChannel(client, channelId, await messageOf(parts, notification))).id;
			} catch (error) {
				const why = sendFailureText(error, channelId);
				notPosted.set(subject, why);
				throw new Error(why, { cause: error });
			}
			notPosted.delete(subject);
			if (notification.kind === 'run') {
				const { runId } = notification.result;
				await saveReportMessage(runId, channelId, messageId).catch((error: unknown) => {
					logger.error(
						`The report of run ${runId} is posted, but which message it is could not be stored: nothing to do, its buttons work.`,
						error
					);
				});
			}
		},
		mail: async (notification) => {
			if (sendEmail === null) throw new Error('No mail can be sent: set SMTP_URL and ADMIN_EMAIL.');
			const subject = subjectOf(notification);
			const guild = client.guilds.cache.get(guildId);
			const url = await urlOf(parts, notification);
			const whyNot = notPosted.get(subject) ?? 'the log says why. It is posted as soon as that is put right.';
			const written = await withNames(namesOf, {
				notification,
				states: notification.kind === 'run' ? await statesOf(parts, notification.result) : new Map(),
				guildName: guild?.name ?? 'your server',
				timeZone,
				report: url === null ? { whyNot } : { url }
			});
			await sendEmail(written, subject);
		}
	};
}

/** A letter in which everybody has a name. Whom it speaks of is known once it has been written: then they are looked up together. */
async function withNames(namesOf: NamesOf, parts: Omit<EmailInput, 'nameOf'>): Promise<Email> {
	const { notification } = parts;
	const names = new Map(
		notification.kind === 'run' ? notification.result.issues.map(({ discordId, discordName }) => [discordId, discordName]) : []
	);
	const unknown = new Set<string>();
	const nameOf = (id: string) => {
		if (!names.has(id)) unknown.add(id);
		return names.get(id) ?? 'user';
	};
	const written = renderEmail({ ...parts, nameOf });
	if (unknown.size === 0) return written;
	for (const [id, name] of await namesOf(unknown)) names.set(id, name);
	return renderEmail({ ...parts, nameOf });
}

function subjectOf(notification: Notification): string {
	if (notification.kind === 'hold') return holdSubject(notification.hold.id);
	return notification.kind === 'run' ? runSubject(notification.result.runId) : overdueSubject(notification.since);
}

/** Which message the alarm or a hold is, is not kept; the mail leads to the channel. */
async function urlOf({ guildId, channelId, reportUrl }: MessengerOptions, notification: Notification): Promise<string | null> {
	if (notification.kind !== 'run') return messageUrl(guildId, channelId);
	return reportUrl(notification.result.runId).catch(() => null);
}

async function messageOf(parts: MessengerOptions, notification: Notification): Promise<MessageCreateOptions> {
	const once = { ...nonceFor(`report:${subjectOf(notification)}`), allowedMentions: { parse: [] as [] } };
	if (notification.kind === 'overdue') return { embeds: [overdueEmbed(notification.since)], ...once };
	if (notification.kind === 'hold') return { ...holdAnnouncement(notification.hold), ...once };
	const { result } = notification;
	return { ...reportPage({ result, states: await statesOf(parts, result) }, 0), ...replyTo(result, parts.channelId), ...once };
}

/** A verification answers the newest report that led to its fixes, if that is in the channel. Gone by now, it is no obstacle. */
function replyTo({ verified }: ReconciliationResult, channelId: string): Pick<MessageCreateOptions, 'reply'> {
	const report = verified?.reports.find((posted) => posted.channelId === channelId);
	return report === undefined ? {} : { reply: { messageReference: report.messageId, failIfNotExists: false } };
}

function statesOf({ readStates, logger }: MessengerOptions, result: ReconciliationResult): Promise<ReadonlyMap<string, IssueState>> {
	return readStates(result.issues.map((issue) => issue.id)).catch((error: unknown) => {
		// A report that does not show what is fixed already is better than none: a button on a fixed issue says so.
		logger.error(`What has become of the issues of run ${result.runId} could not be read: the report shows them as found.`, error);
		return new Map<string, IssueState>();
	});
}
