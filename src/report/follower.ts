import type { Client, Message } from 'discord.js';
import type { FollowedBulk, Follower } from '../reconciliation/ports.js';
import type { Announce } from './announcer.js';
import { endLine, isNews, underWayLine } from './bulk-line.js';
import { onceAbout, sendToChannel, whyNotSent } from './channel.js';
import { createPaced } from './paced.js';
import { type Measured, secondsLeft } from './progress.js';

/** Fewer issues than this are no news while they are fixed: Discord lets so many roles be changed within a few seconds. */
const MANY = 10;

/** What is over sooner is told by its end alone. */
const SHOWN_AFTER_MS = 3_000;

/** Discord takes 5 edits in 5 s in a channel: reports are drawn anew beside it. */
const EDIT_EVERY_MS = 3_000;

export interface FollowerParts {
	readonly client: Client;
	/** The admin channel. */
	readonly channelId: string;
	readonly announce: Announce;
	/** Has the way down wait for the last word. */
	readonly attend: (work: () => Promise<void>) => Promise<void>;
	readonly logger: { warn(...values: readonly unknown[]): void };
}

/** Lets everybody in the admin channel follow a bulk fix of many issues, in one message that ends as the line that says what came of it. */
export function createFollower(parts: FollowerParts): (bulk: FollowedBulk) => Follower {
	return (bulk) => (bulk.total < MANY ? tellingOnlyTheEnd(parts, bulk) : showing(parts, bulk));
}

function tellingOnlyTheEnd({ announce, attend }: FollowerParts, bulk: FollowedBulk): Follower {
	return {
		progress: () => {},
		end: (end) => {
			if (isNews(bulk, end)) void attend(() => announce({ content: endLine(bulk, end) }));
		}
	};
}

function showing({ client, channelId, announce, attend, logger }: FollowerParts, bulk: FollowedBulk): Follower {
	const before = bulk.origin.kind === 'continued' ? bulk.origin.doneBefore : 0;
	const begunAt = new Date();
	let done = 0;
	let first: Measured | undefined;
	let message: Message | null = null;

	const say = async (content: string) => {
		const line = { content, allowedMentions: { parse: [] as [] } };
		message ??= await sendToChannel(client, channelId, { ...line, ...onceAbout(`bulk:${bulk.id}`) });
		// Whoever goes on with a bulk fix is given the message that is there already.
		if (message.content !== content) message = await message.edit(line);
	};
	const notShown = (error: unknown) => {
		logger.warn(`How far bulk fix ${bulk.id} is was not shown in the admin channel: ${whyNotSent(error, channelId)}`, error);
	};
	const paced = createPaced(
		async () => {
			const seconds = secondsLeft(first, { done, total: bulk.total - before }, Date.now());
			const overAt = seconds === null ? null : new Date(Date.now() + seconds * 1000);
			try {
				await say(underWayLine(bulk, { done: before + done, begunAt, overAt }));
			} catch (error) {
				notShown(error);
				void paced.finish();
			}
		},
		{ everyMs: EDIT_EVERY_MS, firstAfterMs: SHOWN_AFTER_MS }
	);
	paced.touch();

	const lastWord = async (content: string, news: boolean) => {
		await paced.finish();
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
			paced.touch();
		},
		end: (end) => void attend(() => lastWord(endLine(bulk, end), isNews(bulk, end)))
	};
}
