import type { Client, Message } from 'discord.js';
import { createThrottle } from '../../async/throttle.js';
import type { BulkProgress, TrackedBulk } from '../../reconciliation/domain/ports.js';
import { bulkEndAnnouncement, bulkProgressAnnouncement, isWorthAnnouncing } from '../replies/bulk-announcement.js';
import { type ProgressSample, secondsLeft } from '../replies/progress.js';
import type { Announce } from './announcer.js';
import { nonceFor, sendFailureText, sendToChannel } from './channel.js';

/** Fewer issues than this are no news while they are fixed: Discord lets so many roles be changed within a few seconds. */
const MIN_ISSUES_SHOWN = 10;

/** What is over sooner is told by its end alone. */
const SHOWN_AFTER_MS = 3_000;

/** Discord takes 5 edits in 5 s in a channel: reports are drawn anew beside it. */
const EDIT_EVERY_MS = 3_000;

export interface BulkProgressOptions {
	readonly client: Client;
	/** The admin channel. */
	readonly channelId: string;
	readonly announce: Announce;
	/** Has the way down wait for the last word. */
	readonly trackReply: (work: () => Promise<void>) => Promise<void>;
	readonly logger: { warn(...values: readonly unknown[]): void };
}

/** Lets everybody in the admin channel follow a bulk fix of many issues, in one message that ends as the line that says what came of it. */
export function createBulkTracker(parts: BulkProgressOptions): (bulk: TrackedBulk) => BulkProgress {
	return (bulk) => (bulk.total < MIN_ISSUES_SHOWN ? summaryOnly(parts, bulk) : live(parts, bulk));
}

function summaryOnly({ announce, trackReply }: BulkProgressOptions, bulk: TrackedBulk): BulkProgress {
	return {
		progress: () => {},
		end: (end) => {
			if (isWorthAnnouncing(bulk, end)) void trackReply(() => announce({ content: bulkEndAnnouncement(bulk, end) }));
		}
	};
}

function live({ client, channelId, announce, trackReply, logger }: BulkProgressOptions, bulk: TrackedBulk): BulkProgress {
	const before = bulk.origin.kind === 'continued' ? bulk.origin.doneBefore : 0;
	const startedAt = new Date();
	let done = 0;
	let first: ProgressSample | undefined;
	let message: Message | null = null;

	const say = async (content: string) => {
		const line = { content, allowedMentions: { parse: [] as [] } };
		message ??= await sendToChannel(client, channelId, { ...line, ...nonceFor(`bulk:${bulk.id}`) });
		// Whoever goes on with a bulk fix is given the message that is there already.
		if (message.content !== content) message = await message.edit(line);
	};
	const notShown = (error: unknown) => {
		logger.warn(`How far bulk fix ${bulk.id} is was not shown in the admin channel: ${sendFailureText(error, channelId)}`, error);
	};
	const paced = createThrottle(
		async () => {
			const seconds = secondsLeft(first, { done, total: bulk.total - before }, Date.now());
			const estimatedEndAt = seconds === null ? null : new Date(Date.now() + seconds * 1000);
			try {
				await say(bulkProgressAnnouncement(bulk, { done: before + done, startedAt, estimatedEndAt }));
			} catch (error) {
				notShown(error);
				void paced.flush();
			}
		},
		{ everyMs: EDIT_EVERY_MS, firstAfterMs: SHOWN_AFTER_MS }
	);
	paced.schedule();

	const lastWord = async (content: string, news: boolean) => {
		await paced.flush();
		if (message === null && !news) return;
		try {
			await say(content);
		} catch (error) {
			// Somebody may have deleted the message.
			if (news) await announce({ content });
			else notShown(error);
		}
	};
	return {
		progress: (count) => {
			done = count;
			first ??= { done, atMs: Date.now() };
			paced.schedule();
		},
		end: (end) => void trackReply(() => lastWord(bulkEndAnnouncement(bulk, end), isWorthAnnouncing(bulk, end)))
	};
}
