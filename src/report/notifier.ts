import { createHash } from 'node:crypto';
import type { Client, MessageCreateOptions } from 'discord.js';
import type { Notifier } from '../reconciliation/ports.js';
import type { IssueState, ReconciliationResult } from '../reconciliation/types.js';
import { sendToChannel, whyNotSent } from './channel.js';
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
				logger.error(`The report of run ${result.runId} was not posted. ${whyNotSent(error, channelId)}`, error);
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

/** A verification answers the newest report that led to its fixes, if that is in the channel. Gone by now, it is no obstacle. */
function replyTo({ verified }: ReconciliationResult, channelId: string): Pick<MessageCreateOptions, 'reply'> {
	const report = verified?.reports.find((posted) => posted.channelId === channelId);
	return report === undefined ? {} : { reply: { messageReference: report.messageId, failIfNotExists: false } };
}

async function post({ client, channelId, readStates, logger }: NotifierParts, result: ReconciliationResult): Promise<string> {
	const states = await readStates(result.issues.map((issue) => issue.id)).catch((error: unknown) => {
		// A report that does not show what is fixed already is better than none: a button on a fixed issue says so.
		logger.error(`What has become of the issues of run ${result.runId} could not be read: the report shows them as found.`, error);
		return new Map<string, IssueState>();
	});
	// With the nonce, a request that is sent again after its answer was lost gives the first message back.
	const reply = replyTo(result, channelId);
	const page = { ...reportPage({ result, states }, 0), ...reply, nonce: reportNonce(result.runId), enforceNonce: true };
	return (await sendToChannel(client, channelId, page)).id;
}

function reportNonce(runId: string): string {
	return createHash('sha256').update(`report:${runId}`).digest('hex').slice(0, NONCE_LENGTH);
}
