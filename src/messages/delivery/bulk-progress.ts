import type { Client, Message } from 'discord.js';
import { createThrottle } from '../../async/throttle.js';
import type { BulkProgress, TrackedBulk } from '../../reconciliation/domain/ports.js';
import { bulkEndAnnouncement, bulkProgressAnnouncement, isWorthAnnouncing } from '../replies/bulk-announcement.js';
import { type ProgressSample, secondsLeft } from '../replies/progress.js';
import type { Announce } from './announcer.js';
import { type AdminChannelId, nonceFor, sendFailureText, sendToChannel } from './channel.js';

/** Below this many issues only the result is posted: Discord applies that many role changes within seconds. */
const MIN_ISSUES_SHOWN = 10;

/** A shorter bulk fix posts only its result. */
const SHOWN_AFTER_MS = 3_000;

/** Discord allows 5 edits per 5 s in a channel, shared with redrawn reports. */
const EDIT_EVERY_MS = 3_000;

export interface BulkProgressOptions {
	readonly client: Client;
	/** The admin channel. */
	readonly channelId: AdminChannelId;
	readonly announce: Announce;
	/** Makes shutdown wait for the result. */
	readonly trackReply: (work: () => Promise<void>) => Promise<void>;
	readonly logger: { warn(...values: readonly unknown[]): void };
}

/** Shows a bulk fix in the admin channel: one message that is edited as it progresses and ends as its result. */
export function createBulkTracker(parts: BulkProgressOptions): (bulk: TrackedBulk) => BulkProgress {
	return (bulk) => (isTargeted(bulk) ? UNSEEN : bulk.total < MIN_ISSUES_SHOWN ? summaryOnly(parts, bulk) : live(parts, bulk));
}

/** The compact report says what was fixed: nothing else is posted after a change. */
function isTargeted({ origin }: TrackedBulk): boolean {
	return origin.kind === 'run' && origin.triggeredBy === 'targeted';
}

const UNSEEN: BulkProgress = { progress: () => {}, end: () => {} };

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

	const render = async (content: string) => {
		const line = { content, allowedMentions: { parse: [] as [] } };
		message ??= await sendToChannel(client, channelId, { ...line, ...nonceFor(`bulk:${bulk.id}`) });
		// After a restart the nonce returns the message that is already there.
		if (message.content !== content) message = await message.edit(line);
	};
	const logFailure = (error: unknown) => {
		logger.warn(`Could not update the progress message of bulk fix ${bulk.id}: ${sendFailureText(error, channelId)}`, error);
	};
	const throttle = createThrottle(
		async () => {
			const seconds = secondsLeft(first, { done, total: bulk.total - before }, Date.now());
			const estimatedEndAt = seconds === null ? null : new Date(Date.now() + seconds * 1000);
			try {
				await render(bulkProgressAnnouncement(bulk, { done: before + done, startedAt, estimatedEndAt }));
			} catch (error) {
				logFailure(error);
				void throttle.flush();
			}
		},
		{ everyMs: EDIT_EVERY_MS, firstAfterMs: SHOWN_AFTER_MS }
	);
	throttle.schedule();

	const finish = async (content: string, announceIt: boolean) => {
		await throttle.flush();
		if (message === null && !announceIt) return;
		try {
			await render(content);
		} catch (error) {
			// An operator may have deleted the message.
			if (announceIt) await announce({ content });
			else logFailure(error);
		}
	};
	return {
		progress: (count) => {
			done = count;
			first ??= { done, atMs: Date.now() };
			throttle.schedule();
		},
		end: (end) => void trackReply(() => finish(bulkEndAnnouncement(bulk, end), isWorthAnnouncing(bulk, end)))
	};
}
