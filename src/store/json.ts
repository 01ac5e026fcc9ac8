import { type Effect, worstEffectOf } from '../reconciliation/domain/effect.js';
import type { DriftIssue, OpenIssue } from '../reconciliation/domain/issue.js';
import { Prisma } from './client/client.js';

/** Conversion to and from JSON columns. Values that Reeve wrote are trusted to have their type. */

export function toJson(value: unknown): Prisma.InputJsonValue {
	return JSON.parse(toJsonText(value)) as Prisma.InputJsonValue;
}

/** JSON text, for raw statements that cast it to `::jsonb` or `::json`. */
export function toJsonText(value: unknown): string {
	return JSON.stringify(value, storable);
}

/** The issue as the database returns it: unchanged, unless it contains text that cannot be stored. */
export function asStored(issue: DriftIssue): Prisma.JsonValue {
	const text = JSON.stringify(issue);
	const unchanged = !/\\u(?:0000|d[89a-f])/.test(text);
	return (unchanged ? issue : JSON.parse(toJsonText(issue))) as unknown as Prisma.JsonValue;
}

/** Replaces what PostgreSQL rejects in a text, NUL and unpaired surrogates: one odd name must not keep a whole run from being stored. */
export function storableText(text: string): string {
	return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function storable(_key: string, value: unknown): unknown {
	return typeof value === 'string' ? storableText(value) : value;
}

/** For a nullable JSON column, where Prisma distinguishes SQL NULL from JSON null. */
export function nullable(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
	return value === null ? Prisma.DbNull : toJson(value);
}

export function fromJson<T>(value: Prisma.JsonValue): T {
	return value as T;
}

/** Parses the details of an issue. Rows of older versions have no effect. */
export function toDrift<Stored extends Parameters<typeof worstEffectOf>[0] & { readonly effect?: Effect }>(stored: Stored) {
	return { ...stored, effect: stored.effect ?? worstEffectOf(stored) };
}

type DateFields = 'firstSeenAt' | 'lastSeenAt' | 'cameBackAt';

/** Parses an issue of a run's snapshot: dates are stored as ISO strings. */
export function toOpenIssue(value: unknown): OpenIssue {
	const issue = value as Omit<OpenIssue, DateFields | 'effect'> & {
		effect?: Effect;
		firstSeenAt: string;
		lastSeenAt: string;
		cameBackAt?: string | null;
	};
	const { firstSeenAt, lastSeenAt, cameBackAt = null } = issue;
	return {
		...toDrift(issue),
		firstSeenAt: new Date(firstSeenAt),
		lastSeenAt: new Date(lastSeenAt),
		cameBackAt: cameBackAt === null ? null : new Date(cameBackAt)
	};
}

/** Converts an `Issue` row. */
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
	return { ...toDrift(fromJson<DriftIssue>(row.detail)), id, planHash, firstSeenAt, lastSeenAt, timesSeen, cameBackAt };
}

/** The member that an `Issue` row is about. */
export function subjectOf({ discordId, detail }: { readonly discordId: string; readonly detail: Prisma.JsonValue }) {
	return { discordId, discordName: fromJson<DriftIssue>(detail).discordName };
}
