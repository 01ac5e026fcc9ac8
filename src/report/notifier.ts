import { createHash } from 'node:crypto';
import { type Client, DiscordAPIError, RESTJSONErrorCodes } from 'discord.js';
import type { Notifier } from '../reconciliation/ports.js';
import type { IssueState, ReconciliationResult } from '../reconciliation/types.js';
import { reportPage } from './page.js';

/** Where the notifier says what it could not do. */
export interface NotifierLogger {
	error(...values: readonly unknown[]): void;
}

export interface NotifierParts {
	/** A client that is logged in. */
	readonly client: Client;
	/** The admin channel. */
	readonly channelId: string;
	/** What has become of these issues: automatic fixes come before the report. */
	readonly readStates: (issueIds: readonly string[]) => Promise<ReadonlyMap<string, IssueState>>;
	/** Keeps which message is a run's report. */
	readonly remember: (runId: string, channelId: string, messageId: string) => Promise<void>;
	readonly logger: NotifierLogger;
}

/** Discord's limit. */
const NONCE_LENGTH = 25;

/** The notifier that posts every run's report to the admin channel. A failure is logged with what to do, and never thrown. */
export function createNotifier(parts: NotifierParts): Notifier {
	const { channelId, remember, logger } = parts;
	return {
		async report(result) {
			const messageId = await post(parts, result).catch((error: unknown) => {
				logger.error(`The report of run ${result.runId} was not posted. ${whatToDo(error, channelId)}`, error);
				return null;
			});
			if (messageId === null) return;
			await remember(result.runId, channelId, messageId).catch((error: unknown) => {
				logger.error(
					`The report of run ${result.runId} is posted, but which message it is could not be stored: nothing to do, its buttons work.`,
					error
				);
			});
		}
	};
}

async function post({ client, channelId, readStates, logger }: NotifierParts, result: ReconciliationResult): Promise<string> {
	const states = await readStates(result.issues.map((issue) => issue.id)).catch((error: unknown) => {
		// A report that does not show what is fixed already is better than none: a button on a fixed issue says so.
		logger.error(`What has become of the issues of run ${result.runId} could not be read: the report shows them as found.`, error);
		return new Map<string, IssueState>();
	});
	const channel = await client.channels.fetch(channelId);
	if (!channel?.isSendable()) throw new NotSendableError();
	// With the nonce, a request that is sent again after its answer was lost gives the first message back.
	const message = await channel.send({ ...reportPage({ result, states }, 0), nonce: reportNonce(result.runId), enforceNonce: true });
	return message.id;
}

class NotSendableError extends Error {
	public override readonly name = 'NotSendableError';
}

function reportNonce(runId: string): string {
	return createHash('sha256').update(`report:${runId}`).digest('hex').slice(0, NONCE_LENGTH);
}

/** What an operator does about a report that did not arrive. */
function whatToDo(error: unknown, channelId: string): string {
	if (error instanceof NotSendableError) return `Channel ${channelId} is no text channel: set DISCORD_ADMIN_CHANNEL_ID to one.`;
	if (error instanceof DiscordAPIError) {
		switch (error.code) {
			case RESTJSONErrorCodes.UnknownChannel:
				return `Channel ${channelId} does not exist: set DISCORD_ADMIN_CHANNEL_ID to one that does.`;
			case RESTJSONErrorCodes.MissingAccess:
				return `Reeve does not see channel ${channelId}: give it View Channel there.`;
			case RESTJSONErrorCodes.MissingPermissions:
				return `Reeve may not write in channel ${channelId}: give it Send Messages and Embed Links there.`;
		}
	}
	return `Discord did not take it. The run is stored: if this lasts, check that channel ${channelId} (DISCORD_ADMIN_CHANNEL_ID) is in Reeve's server and that Discord is up (discordstatus.com), then use /reconcile run.`;
}
