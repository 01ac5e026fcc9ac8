import type { Client, MessageCreateOptions } from 'discord.js';
import { holdSubject, type Messenger, type News, overdueSubject, runSubject } from '../reconciliation/deliveries.js';
import type { IssueState, ReconciliationResult } from '../reconciliation/types.js';
import { onceAbout, sendToChannel, whyNotSent } from './channel.js';
import { holdMessage } from './hold.js';
import { type Letter, type LetterParts, letter } from './letter.js';
import type { SendLetter } from './mailer.js';
import { overdueEmbed } from './overdue.js';
import { reportPage } from './page.js';
import type { NamesOf } from './plain.js';

/** Where the messenger says what it could not do. */
export interface MessengerLogger {
	error(...values: readonly unknown[]): void;
}

export interface MessengerParts {
	/** A client that is logged in. */
	readonly client: Client;
	readonly guildId: string;
	/** The admin channel. */
	readonly channelId: string;
	/** Null where there is no mail server, or nobody to get mails. */
	readonly sendLetter: SendLetter | null;
	/** Of the moments in mails. */
	readonly timeZone: string;
	/** What has become of these issues: automatic fixes come before the report. */
	readonly readStates: (issueIds: readonly string[]) => Promise<ReadonlyMap<string, IssueState>>;
	/** Keeps which message is a run's report. */
	readonly remember: (runId: string, channelId: string, messageId: string) => Promise<void>;
	/** Where a run's report is; null if it has not been posted. */
	readonly reportUrl: (runId: string) => Promise<string | null>;
	readonly namesOf: NamesOf;
	readonly logger: MessengerLogger;
}

/** Tells the operators: in the admin channel, and by mail. */
export function createMessenger(parts: MessengerParts): Messenger {
	const { client, guildId, channelId, sendLetter, timeZone, remember, namesOf, logger } = parts;
	/** Why the last report was not posted, for the mail about the same thing. */
	const notPosted = new Map<string, string>();

	return {
		mails: sendLetter !== null,
		post: async (news) => {
			const subject = subjectOf(news);
			let messageId: string;
			try {
				messageId = (await sendToChannel(client, channelId, await messageOf(parts, news))).id;
			} catch (error) {
				const why = whyNotSent(error, channelId);
				notPosted.set(subject, why);
				throw new Error(why, { cause: error });
			}
			notPosted.delete(subject);
			if (news.kind === 'run') {
				const { runId } = news.result;
				await remember(runId, channelId, messageId).catch((error: unknown) => {
					logger.error(
						`The report of run ${runId} is posted, but which message it is could not be stored: nothing to do, its buttons work.`,
						error
					);
				});
			}
		},
		mail: async (news) => {
			if (sendLetter === null) throw new Error('No mail can be sent: set SMTP_URL and ADMIN_EMAIL.');
			const subject = subjectOf(news);
			const guild = client.guilds.cache.get(guildId);
			const url = await urlOf(parts, news);
			const whyNot = notPosted.get(subject) ?? 'the log says why. It is posted as soon as that is put right.';
			const written = await withNames(namesOf, {
				news,
				states: news.kind === 'run' ? await statesOf(parts, news.result) : new Map(),
				guildName: guild?.name ?? 'your server',
				timeZone,
				report: url === null ? { whyNot } : { url }
			});
			await sendLetter(written, subject);
		}
	};
}

/** A letter in which everybody has a name. Whom it speaks of is known once it has been written: then they are looked up together. */
async function withNames(namesOf: NamesOf, parts: Omit<LetterParts, 'nameOf'>): Promise<Letter> {
	const { news } = parts;
	const names = new Map(news.kind === 'run' ? news.result.issues.map(({ discordId, discordName }) => [discordId, discordName]) : []);
	const unknown = new Set<string>();
	const nameOf = (id: string) => {
		if (!names.has(id)) unknown.add(id);
		return names.get(id) ?? 'user';
	};
	const written = letter({ ...parts, nameOf });
	if (unknown.size === 0) return written;
	for (const [id, name] of await namesOf(unknown)) names.set(id, name);
	return letter({ ...parts, nameOf });
}

function subjectOf(news: News): string {
	if (news.kind === 'hold') return holdSubject(news.hold.id);
	return news.kind === 'run' ? runSubject(news.result.runId) : overdueSubject(news.since);
}

/** Which message the alarm or a hold is, is not kept; the mail leads to the channel. */
async function urlOf({ guildId, channelId, reportUrl }: MessengerParts, news: News): Promise<string | null> {
	if (news.kind !== 'run') return `https://discord.com/channels/${guildId}/${channelId}`;
	return reportUrl(news.result.runId).catch(() => null);
}

async function messageOf(parts: MessengerParts, news: News): Promise<MessageCreateOptions> {
	const once = { ...onceAbout(`report:${subjectOf(news)}`), allowedMentions: { parse: [] as [] } };
	if (news.kind === 'overdue') return { embeds: [overdueEmbed(news.since)], ...once };
	if (news.kind === 'hold') return { ...holdMessage(news.hold), ...once };
	const { result } = news;
	return { ...reportPage({ result, states: await statesOf(parts, result) }, 0), ...replyTo(result, parts.channelId), ...once };
}

/** A verification answers the newest report that led to its fixes, if that is in the channel. Gone by now, it is no obstacle. */
function replyTo({ verified }: ReconciliationResult, channelId: string): Pick<MessageCreateOptions, 'reply'> {
	const report = verified?.reports.find((posted) => posted.channelId === channelId);
	return report === undefined ? {} : { reply: { messageReference: report.messageId, failIfNotExists: false } };
}

function statesOf({ readStates, logger }: MessengerParts, result: ReconciliationResult): Promise<ReadonlyMap<string, IssueState>> {
	return readStates(result.issues.map((issue) => issue.id)).catch((error: unknown) => {
		// A report that does not show what is fixed already is better than none: a button on a fixed issue says so.
		logger.error(`What has become of the issues of run ${result.runId} could not be read: the report shows them as found.`, error);
		return new Map<string, IssueState>();
	});
}
