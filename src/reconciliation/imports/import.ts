import type { AuditEntry } from '../domain/audit.js';
import type { Guild, LinkReader } from '../domain/ports.js';
import { SourceError } from '../domain/ports.js';
import { checkImport } from './check.js';
import { type ImportFile, type ImportFormat, type ImportLine, readImportFile } from './file.js';
import { type ImportCustomers, namedCustomers } from './payer-index.js';
import { countOutcomes, hashOfResults, type ImportedLine, type ImportLink, linksIn } from './result.js';

/**
 * Links from a file: checked as a whole, written as a whole, undone as a whole. A line that conflicts keeps the file from being imported.
 * Nothing here changes a role: the next run finds who should have one.
 */

export interface ImportCustomerLookup {
	/**
	 * The customers with these IDs and emails, in as few requests as it takes.
	 * @param emails - in lower case
	 * @throws {SourceError}
	 */
	findImportCustomers(ids: readonly string[], emails: readonly string[]): Promise<ImportCustomers>;
}

/** A file that waits for an operator's confirmation, or was imported. */
export interface ImportBatch {
	readonly id: string;
	readonly format: ImportFormat;
	readonly lines: readonly ImportLine[];
	readonly status: 'CHECKED' | 'APPLIED' | 'UNDONE';
}

export type ImportWritten =
	| { readonly kind: 'written'; readonly batchId: string }
	/** Rows changed since they were checked: nothing was written. */
	| { readonly kind: 'changed' }
	/** The batch was imported already, or undone. */
	| { readonly kind: 'settled' };

export type ImportUndone =
	/** `left`: links that were changed since, which stay as they are. */
	| { readonly kind: 'undone'; readonly removed: number; readonly left: number }
	| { readonly kind: 'unknown' }
	/** Not imported, or undone already. */
	| { readonly kind: 'settled'; readonly status: 'CHECKED' | 'UNDONE' };

export interface ImportStore {
	/** Where links are kept, if an import cannot write them; null if it can. */
	readonly importsRefusedBy: string | null;
	/** Stores a checked file for its confirmation. @returns its ID */
	saveImport(batch: {
		readonly format: ImportFormat;
		readonly lines: readonly ImportLine[];
		readonly actor: string;
		readonly at: Date;
	}): Promise<string>;
	/** Null if there is none. */
	readImport(batchId: string): Promise<ImportBatch | null>;
	/** Writes all links of a batch, each with its audit entry, in one transaction, unless one of them conflicts by now. */
	writeImport(order: {
		readonly batchId: string;
		readonly links: readonly ImportLink[];
		readonly actor: AuditEntry['actor'];
		readonly at: Date;
	}): Promise<ImportWritten>;
	/** Removes the links that a batch wrote and that are as it wrote them, in one transaction. */
	undoImport(order: { readonly batchId: string; readonly actor: AuditEntry['actor']; readonly at: Date }): Promise<ImportUndone>;
}

export interface ImportDeps {
	readonly billing: ImportCustomerLookup;
	readonly guild: Pick<Guild, 'readRoster'>;
	readonly ledger: Pick<LinkReader, 'readLinks'> & ImportStore;
	readonly now: () => Date;
}

/** What an import of a file would do. */
export interface ImportPlan {
	readonly format: ImportFormat;
	readonly lines: readonly ImportedLine[];
	/** Of the results. */
	readonly hash: string;
}

export type ImportCheck =
	/** `batchId`: to confirm it; null if there is nothing to write, or it was not stored. */
	| { readonly kind: 'checked'; readonly plan: ImportPlan; readonly batchId: string | null }
	| { readonly kind: 'refused'; readonly why: string };

export type ImportResult =
	| { readonly kind: 'imported'; readonly plan: ImportPlan; readonly batchId: string }
	/** The results are others than those confirmed: nothing was written, and the operator is asked again. */
	| { readonly kind: 'changed'; readonly plan: ImportPlan; readonly batchId: string }
	| { readonly kind: 'settled'; readonly status: ImportBatch['status'] }
	| { readonly kind: 'unknown' }
	| { readonly kind: 'refused'; readonly why: string };

/** Whether a plan can be imported: it has no conflict, and something to write. */
export function isImportable({ lines }: ImportPlan): boolean {
	const { conflict, link } = countOutcomes(lines);
	return conflict === 0 && link > 0;
}

/**
 * Checks a file, and writes no link.
 * @param actor - who may confirm it later; null: it is not stored
 */
export async function checkFile(deps: ImportDeps, bytes: Uint8Array, actor: string | null): Promise<ImportCheck> {
	return orRefused(async () => {
		assertWritable(deps.ledger);
		const file: ImportFile = readImportFile(bytes);
		if (file.kind === 'refused') return file;
		const plan = await planOf(deps, file.format, file.lines);
		if (actor === null || !isImportable(plan)) return { kind: 'checked', plan, batchId: null };
		const batchId = await deps.ledger.saveImport({ ...file, actor, at: deps.now() });
		return { kind: 'checked', plan, batchId };
	});
}

/**
 * Imports a checked file if its results are still those that the operator confirmed.
 * @param order.confirmed - hash of the results shown
 */
export async function applyImport(
	deps: ImportDeps,
	{ batchId, confirmed, actor }: { readonly batchId: string; readonly confirmed: string; readonly actor: string }
): Promise<ImportResult> {
	return orRefused(async () => {
		assertWritable(deps.ledger);
		const batch = await deps.ledger.readImport(batchId);
		if (batch === null) return { kind: 'unknown' };
		if (batch.status !== 'CHECKED') return { kind: 'settled', status: batch.status };
		const plan = await planOf(deps, batch.format, batch.lines);
		if (plan.hash !== confirmed) return { kind: 'changed', plan, batchId };
		const written = await deps.ledger.writeImport({ batchId, links: linksIn(plan.lines), actor, at: deps.now() });
		if (written.kind === 'written') return { kind: 'imported', plan, batchId };
		if (written.kind === 'changed') return { kind: 'changed', plan: await planOf(deps, batch.format, batch.lines), batchId };
		return { kind: 'settled', status: (await deps.ledger.readImport(batchId))?.status ?? 'APPLIED' };
	});
}

/** Undoes an import. */
export async function undoImport(
	{ ledger, now }: Pick<ImportDeps, 'ledger' | 'now'>,
	{ batchId, actor }: { readonly batchId: string; readonly actor: string }
): Promise<ImportUndone | { readonly kind: 'refused'; readonly why: string }> {
	return orRefused(async () => {
		assertWritable(ledger);
		return ledger.undoImport({ batchId, actor, at: now() });
	});
}

async function planOf({ billing, guild, ledger }: ImportDeps, format: ImportFormat, lines: readonly ImportLine[]): Promise<ImportPlan> {
	const { ids, emails } = namedCustomers(lines);
	const ignore = () => {};
	const [customers, roster] = await Promise.all([billing.findImportCustomers(ids, emails), guild.readRoster(ignore)]);
	// Last: rows are what changes most while an operator works.
	const { members, teams } = await ledger.readLinks(ignore);
	const results = checkImport(format, lines, { roster: roster.members, members, teams, customers });
	return { format, lines: results, hash: hashOfResults(results) };
}

/** @throws {SourceError} that says where links are kept */
function assertWritable({ importsRefusedBy: place }: Pick<ImportStore, 'importsRefusedBy'>): void {
	if (place !== null) throw new SourceError('database', `Links are kept in ${place}, which an import cannot write: import them there.`);
}

async function orRefused<T>(work: () => Promise<T>): Promise<T | { readonly kind: 'refused'; readonly why: string }> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof SourceError) return { kind: 'refused', why: error.message };
		throw error;
	}
}
