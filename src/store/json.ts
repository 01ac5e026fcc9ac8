import type { DriftIssue, OpenIssue } from '../reconciliation/domain/issue.js';
import type { Prisma } from './client/client.js';

/** Values on their way into and out of JSON columns. What Reeve wrote itself is trusted to have its shape. */

export function toJson(value: unknown): Prisma.InputJsonValue {
	return JSON.parse(toJsonText(value)) as Prisma.InputJsonValue;
}

/** The same as text, for a statement that says `::jsonb` or `::json`. */
export function toJsonText(value: unknown): string {
	return JSON.stringify(value, storable);
}

/** An issue as it comes back from the database: itself, unless there is something in it that cannot be stored. */
export function asStored(issue: DriftIssue): Prisma.JsonValue {
	const text = JSON.stringify(issue);
	const same = !/\\u(?:0000|d[89a-f])/.test(text);
	return (same ? issue : JSON.parse(toJsonText(issue))) as unknown as Prisma.JsonValue;
}

/** Replaces what PostgreSQL rejects in a text, NUL and unpaired surrogates: one odd name must not keep a whole run from being stored. */
export function storableText(text: string): string {
	return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function storable(_key: string, value: unknown): unknown {
	return typeof value === 'string' ? storableText(value) : value;
}

export function fromJson<T>(value: Prisma.JsonValue): T {
	return value as T;
}

type Moments = 'firstSeenAt' | 'lastSeenAt' | 'cameBackAt';

/** An issue as a run's snapshot has it: JSON keeps no dates. */
export function toOpenIssue(value: unknown): OpenIssue {
	const issue = value as Omit<OpenIssue, Moments> & { firstSeenAt: string; lastSeenAt: string; cameBackAt?: string | null };
	const { firstSeenAt, lastSeenAt, cameBackAt = null } = issue;
	return {
		...issue,
		firstSeenAt: new Date(firstSeenAt),
		lastSeenAt: new Date(lastSeenAt),
		cameBackAt: cameBackAt === null ? null : new Date(cameBackAt)
	};
}

/** A stored issue with its life, from its row. */
export function rowToOpenIssue(row: {
	id: string;
	planHash: string;
	firstSeenAt: Date;
	lastSeenAt: Date;
	timesSeen: number;
	cameBackAt: Date | null;
	detail: Prisma.JsonValue;
}): OpenIssue {
	const { id, planHash, firstSeenAt, lastSeenAt, timesSeen, cameBackAt } = row;
	return { ...fromJson<DriftIssue>(row.detail), id, planHash, firstSeenAt, lastSeenAt, timesSeen, cameBackAt };
}

/** Whose an issue is, from its row. */
export function subjectOf({ discordId, detail }: { readonly discordId: string; readonly detail: Prisma.JsonValue }) {
	return { discordId, discordName: fromJson<DriftIssue>(detail).discordName };
}
