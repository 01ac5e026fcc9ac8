import { problemKey, type ServerChange, type ServerProblem } from '../domain/alert.js';
import type { Channel } from '../domain/notification.js';

/** The server as Discord reports it. */
export interface ServerWatch {
	/**
	 * Calls when something changed that may keep Reeve from working or end that, and when events may have been missed.
	 * @returns stops watching
	 */
	watch(onChange: () => void): () => void;
	/** What keeps Reeve from working now; null while Discord has an outage, since nothing is known then. @throws {SourceError} */
	problems(): Promise<readonly ServerProblem[] | null>;
	/** The newest change that caused the problem; null if the audit log does not say, or Reeve may not read it. Never throws. */
	findChange(problem: ServerProblem): Promise<ServerChange | null>;
}

/** A problem as it is found. */
export interface FoundProblem extends ServerProblem {
	readonly change: ServerChange | null;
}

export interface AlertStore {
	/** The problems that operators were alerted to and that are not over yet. */
	openProblems(): Promise<readonly { readonly key: string; readonly message: string }[]>;
	/**
	 * Stores an alert with the problems that no other process has stored meanwhile, and ends those that are gone; the notifications are
	 * stored in the same transaction.
	 * @param change.gone - keys
	 * @param change.channels - by which to alert operators
	 * @returns whether it stored or ended anything
	 */
	recordProblems(change: {
		readonly appeared: readonly FoundProblem[];
		readonly gone: readonly string[];
		readonly at: Date;
		readonly channels: readonly Channel[];
	}): Promise<boolean>;
	/** When a full run last succeeded. */
	lastSuccessAt(): Promise<Date | null>;
}

export interface CheckDeps {
	readonly server: ServerWatch;
	readonly store: AlertStore;
	/** The channels that are configured. */
	readonly channels: readonly Channel[];
	/** Delivers notifications. @param failedToo - also those that wait for their backoff */
	readonly deliver: (failedToo: boolean) => void;
	readonly now: () => Date;
}

/**
 * Compares what keeps Reeve from working with what operators were alerted to, and alerts them to the difference.
 * @returns whether something keeps it from working
 * @throws {SourceError}
 */
export async function checkServer({ server, store, channels, deliver, now }: CheckDeps): Promise<boolean> {
	// Until Reeve has worked once, the setup says what is missing.
	if ((await store.lastSuccessAt()) === null) return false;
	const found = await server.problems();
	if (found === null) return false;
	const known = new Set((await store.openProblems()).map(({ key }) => key));
	const appeared = found.filter((problem) => !known.has(problemKey(problem)));
	const current = new Set(found.map(problemKey));
	const gone = [...known].filter((key) => !current.has(key));
	if (appeared.length === 0 && gone.length === 0) return found.length > 0;
	const withChanges = await Promise.all(appeared.map(async (problem) => ({ ...problem, change: await server.findChange(problem) })));
	const canPost = !found.some(isInWayOfReports);
	const recorded = await store.recordProblems({ appeared: withChanges, gone, at: now(), channels: alertChannels(channels, canPost) });
	// What could not be posted waits for its next try: the channel may be the reason.
	if (recorded) deliver(canPost);
	return found.length > 0;
}

/** Mail is for what the admin channel cannot show. */
export function alertChannels(configured: readonly Channel[], canPost: boolean): readonly Channel[] {
	return configured.filter((channel) => channel !== 'mail' || !canPost);
}

function isInWayOfReports({ blocks, part }: ServerProblem): boolean {
	return blocks === 'reports' || part.kind === 'membership';
}
