import { randomUUID } from 'node:crypto';
import { startHeartbeat } from '../../async/heartbeat.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { RunStore, Track } from '../domain/ports.js';

/** Gives a person what is stored about them, and deletes it. */

/** What is stored about a person, by kind. */
export interface StoredCounts {
	/** Links to Stripe customers in Reeve's own tables. */
	readonly links: number;
	readonly exemptions: number;
	readonly issues: number;
	/** Fixes and undos of their issues. */
	readonly attempts: number;
	/** Runs whose list of issues or notices names them. */
	readonly runs: number;
	/** Entries of the audit log about them. */
	readonly audit: number;
	/** Entries of the audit log that name them as the operator. */
	readonly decisions: number;
	/** Rows of other kinds. */
	readonly other: number;
}

/** What is stored about a person. */
export interface StoredData {
	readonly counts: StoredCounts;
	/** Table → its rows, or the parts of them about the person. */
	readonly tables: Readonly<Record<string, readonly unknown[]>>;
}

/** Why a person cannot be forgotten now. */
export type ForgetObstacle =
	/** An issue of theirs is being fixed, or a fix undone. */
	| 'fix-in-progress'
	/** A bulk fix that is not finished includes an issue of theirs. */
	| 'bulk-in-progress';

export interface PrivacyStore {
	countStoredData(discordId: string): Promise<StoredCounts>;
	readStoredData(discordId: string): Promise<StoredData>;
	/**
	 * Deletes what is stored about a person, in one transaction, and writes the audit log. What others need, such as counts, stays, with a
	 * pseudonym in place of the person.
	 * @returns the runs whose report named them, newest first; or why it was not done
	 */
	forget(order: {
		readonly discordId: string;
		readonly actor: string;
		readonly at: Date;
	}): Promise<
		{ readonly kind: 'forgotten'; readonly runIds: readonly string[] } | { readonly kind: 'refused'; readonly why: ForgetObstacle }
	>;
}

/** Backups in Reeve's folder: they still have what was deleted. */
export interface OwnBackups {
	/** Paths. */
	list(): Promise<{ readonly automatic: readonly string[]; readonly byOperator: readonly string[] }>;
	/** @returns how many were deleted */
	deleteAutomatic(): Promise<number>;
}

/** What an operator is shown before anything is deleted. */
export interface ForgetPreview extends StoredData {
	readonly discordId: string;
	/** Of the counts: nothing is deleted if they have changed. */
	readonly hash: string;
	/** Backups that are deleted, too. */
	readonly automaticBackups: number;
}

export type ForgetResult =
	| {
			readonly kind: 'forgotten';
			readonly counts: StoredCounts;
			readonly runIds: readonly string[];
			/** Backups that Reeve had made by itself: deleted. */
			readonly backupsDeleted: number;
			/** Paths of those that an operator made: they still have the data. */
			readonly backupsKept: readonly string[];
	  }
	| { readonly kind: 'refused'; readonly why: ForgetObstacle | 'run-in-progress' }
	| { readonly kind: 'changed'; readonly preview: ForgetPreview }
	| { readonly kind: 'nothing' };

export interface ForgetOrder {
	readonly discordId: string;
	/** The hash of the preview that the operator confirmed. */
	readonly confirmed: string;
	readonly actor: string;
}

export interface PrivacyService {
	/** What is stored about a person. Changes nothing. */
	preview(discordId: string): Promise<ForgetPreview>;
	/** Deletes it, with the automatic backups. */
	forget(order: ForgetOrder): Promise<ForgetResult>;
}

const LEASE_SECONDS = 30;

export function createPrivacyService(deps: {
	readonly store: PrivacyStore & Pick<RunStore, 'acquireLease' | 'renewLease' | 'releaseLease'>;
	readonly backups: OwnBackups;
	readonly now: () => Date;
	readonly track: Track;
}): PrivacyService {
	const { store, backups, now, track } = deps;
	const preview = async (discordId: string): Promise<ForgetPreview> => {
		const stored = await store.readStoredData(discordId);
		return {
			...stored,
			discordId,
			hash: fingerprint(JSON.stringify(stored.counts)),
			automaticBackups: (await backups.list()).automatic.length
		};
	};
	const forget = async ({ discordId, confirmed, actor }: ForgetOrder): Promise<ForgetResult> => {
		// A run that has read them would store them again.
		const holder = randomUUID();
		if (!(await store.acquireLease(holder, LEASE_SECONDS))) return { kind: 'refused', why: 'run-in-progress' };
		const lease = startHeartbeat(() => store.renewLease(holder, LEASE_SECONDS), LEASE_SECONDS);
		try {
			const counts = await store.countStoredData(discordId);
			if (isNothing(counts)) return { kind: 'nothing' };
			if (hashOf(counts) !== confirmed) return { kind: 'changed', preview: await preview(discordId) };
			const result = await store.forget({ discordId, actor, at: now() });
			if (result.kind === 'refused') return result;
			const { byOperator: backupsKept } = await backups.list();
			return { ...result, counts, backupsDeleted: await backups.deleteAutomatic(), backupsKept };
		} finally {
			lease.stop();
			await store.releaseLease(holder);
		}
	};
	return { preview: (discordId) => track(() => preview(discordId)), forget: (order) => track(() => forget(order)) };
}

const hashOf = (counts: StoredCounts): string => fingerprint(JSON.stringify(counts));

/** Whether nothing is stored about a person. */
export function isNothing(counts: StoredCounts): boolean {
	return Object.values(counts).every((count) => count === 0);
}
