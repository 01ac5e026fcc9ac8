import { setTimeout as sleep } from 'node:timers/promises';
import { settleWithin } from '../../async/timeout.js';
import type { OriginReader, RoleChange } from '../domain/origin.js';

/**
 * Keeps the changes of managed roles that the server's audit log reports: as the gateway sends them, and after a start or a gap from the
 * log itself, newest first, back to what is known already, or to what Discord keeps.
 */

/** The server's audit log. */
export interface RoleAuditLog {
	/**
	 * @param handlers.onChange - receives each entry that changes roles, with the changes of managed ones
	 * @param handlers.onGap - entries may have been missed
	 * @returns stops watching
	 */
	watch(handlers: { onChange(entry: RoleEntry): void; onGap(): void }): () => void;
	/** Whether Reeve may read it now. */
	canRead(): boolean;
	/** A page of the entries that change roles, newest first. @param before - an entry's ID; null for the newest @throws Discord's error */
	readPage(before: string | null): Promise<readonly RoleEntry[]>;
	/** Discord IDs of the managed roles. @throws {SourceError} */
	managedRoleIds(): Promise<readonly string[]>;
	/** Reeve's own Discord ID. */
	ownId(): string;
}

/** An entry, with its changes of roles; those of managed roles are stored. */
export interface RoleEntry {
	readonly entryId: string;
	readonly at: Date;
	readonly changes: readonly RoleChange[];
}

/** Up to which entry the log was read, and for which roles. */
export interface RoleHistoryCursor {
	readonly coveredSince: Date;
	/** The newest entry; null if there was none. */
	readonly lastEntryId: string | null;
	readonly roleIds: readonly string[];
}

export interface RoleHistoryStore extends Pick<OriginReader, 'roleChangesOf' | 'linkEventsOf'> {
	/** Null if the log was never read. */
	roleHistoryCursor(): Promise<RoleHistoryCursor | null>;
	/** Stores changes, each once, and moves the cursor, in one transaction. @param cursor - null leaves it */
	recordRoleChanges(changes: readonly RoleChange[], cursor: Partial<RoleHistoryCursor> | null): Promise<void>;
}

export interface RoleHistory extends OriginReader {
	start(): void;
	stop(): Promise<void>;
}

/** How long changes are kept. */
export const ROLE_CHANGE_DAYS = 400;

/** Discord's own. */
const DAY_MS = 86_400_000;
const RETENTION_MS = 45 * DAY_MS;
/** 10,000 entries; older ones then count as not known. */
const MAX_PAGES = 100;
/** Between two pages: Discord allows many more, and other work needs them. */
const PAGE_PAUSE_MS = 250;
const RETRY_MS = 60_000;
/** For a run that begins while the log is being read. */
const READ_WAIT_MS = 30_000;

export interface RoleHistoryDeps {
	readonly auditLog: RoleAuditLog;
	readonly store: RoleHistoryStore;
	readonly now: () => Date;
	readonly logger: { warn(...values: readonly unknown[]): void };
	/** Rejects when aborted; default: the system's. */
	readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const systemPause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal });

export function createRoleHistory({ auditLog, store, now, logger, pause = systemPause }: RoleHistoryDeps): RoleHistory {
	let stopped = new AbortController();
	/** Whether nothing is missing up to now. */
	let isComplete = false;
	let isDue = false;
	let working: Promise<void> | null = null;
	let stopWatching = () => {};
	/** Writes of entries from the gateway, one after the other. */
	let writing: Promise<void> = Promise.resolve();

	const work = async (signal: AbortSignal) => {
		while (isDue && !signal.aborted) {
			isDue = false;
			isComplete = false;
			try {
				if (!auditLog.canRead()) return;
				await readMissing({ auditLog, store, now, pause }, signal);
				isComplete = !isDue && !signal.aborted;
			} catch (error) {
				if (signal.aborted) return;
				logger.warn("Could not read the server's audit log. Reeve tries again in a minute:", error);
				isDue = true;
				await pause(RETRY_MS, signal).catch(() => {});
			}
		}
	};
	const readAgain = (): void => {
		isDue = true;
		isComplete = false;
		working ??= work(stopped.signal).finally(() => {
			working = null;
			if (isDue && !stopped.signal.aborted) readAgain();
		});
	};
	const record = async ({ entryId, changes }: RoleEntry) => {
		try {
			// While earlier entries are missing, the next reading has to begin before them.
			const wanted = new Set(await auditLog.managedRoleIds());
			const managed = changes.filter(({ roleId }) => wanted.has(roleId));
			await store.recordRoleChanges(managed, isComplete ? { lastEntryId: entryId } : null);
		} catch (error) {
			logger.warn('Could not store a change of roles from the audit log. Reeve reads it again:', error);
			readAgain();
		}
	};
	return {
		start: () => {
			stopped = new AbortController();
			stopWatching = auditLog.watch({
				onChange: (entry) => {
					writing = writing.then(() => record(entry));
				},
				onGap: readAgain
			});
			readAgain();
		},
		stop: async () => {
			stopWatching();
			stopped.abort();
			await Promise.all([working, writing]);
		},
		coverage: async (roleIds) => {
			if (working !== null) await settleWithin(READ_WAIT_MS, working);
			if (!isComplete || !auditLog.canRead()) return null;
			await writing;
			const cursor = await store.roleHistoryCursor();
			if (cursor === null) return null;
			if (roleIds.some((id) => !cursor.roleIds.includes(id))) {
				readAgain();
				return null;
			}
			const kept = new Date(now().getTime() - ROLE_CHANGE_DAYS * DAY_MS);
			return { since: cursor.coveredSince > kept ? cursor.coveredSince : kept, reeveId: auditLog.ownId() };
		},
		roleChangesOf: (discordIds) => store.roleChangesOf(discordIds),
		linkEventsOf: (discordIds) => store.linkEventsOf(discordIds)
	};
}

/** Reads the entries since the cursor, or all that Discord keeps if it does not cover these roles. */
async function readMissing(
	{ auditLog, store, now, pause }: Required<Pick<RoleHistoryDeps, 'auditLog' | 'store' | 'now' | 'pause'>>,
	signal: AbortSignal
): Promise<void> {
	const roleIds = await auditLog.managedRoleIds();
	const stored = await store.roleHistoryCursor();
	const known = stored !== null && roleIds.every((id) => stored.roleIds.includes(id)) ? stored : null;
	const oldest = new Date(now().getTime() - RETENTION_MS);
	const wanted = new Set(roleIds);
	const changes: RoleChange[] = [];
	let [before, newest, coveredSince]: [string | null, string | null, Date] = [null, null, oldest];
	for (let page = 0; ; page += 1) {
		const entries = await auditLog.readPage(before);
		newest ??= entries[0]?.entryId ?? null;
		const missing = entries.filter(({ entryId, at }) => at >= oldest && !isKnown(entryId, known));
		changes.push(...missing.flatMap((entry) => entry.changes.filter(({ roleId }) => wanted.has(roleId))));
		// The end of the log, of what Discord keeps, or of what is missing.
		if (entries.length === 0 || missing.length < entries.length) {
			if (known !== null && (known.lastEntryId === null || entries.some(({ entryId }) => isKnown(entryId, known))))
				coveredSince = known.coveredSince;
			break;
		}
		const last = entries.at(-1) as RoleEntry;
		before = last.entryId;
		if (page + 1 >= MAX_PAGES) {
			coveredSince = last.at;
			break;
		}
		await pause(PAGE_PAUSE_MS, signal);
	}
	await store.recordRoleChanges(changes, { coveredSince, lastEntryId: newest ?? known?.lastEntryId ?? null, roleIds });
}

/** Snowflakes of the same length compare as text. */
function isKnown(entryId: string, known: RoleHistoryCursor | null): boolean {
	const last = known?.lastEntryId ?? null;
	return last !== null && (entryId.length < last.length || (entryId.length === last.length && entryId <= last));
}
