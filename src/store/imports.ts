import { randomUUID } from 'node:crypto';
import { parseDiscordId } from '../reconciliation/domain/discord-id.js';
import type { MemberRow } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import type { ImportFormat, ImportLine } from '../reconciliation/imports/file.js';
import type { ImportStore } from '../reconciliation/imports/import.js';
import type { ImportLink } from '../reconciliation/imports/result.js';
import { lockLinks } from './advisory-lock.js';
import { writeAudit, writeChange } from './audit.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson, toJson } from './json.js';
import { MEMBER } from './people.js';

/** Rows per statement: PostgreSQL takes 32,767 parameters. */
const CHUNK = 2_000;
/** Of thousands of rows. */
const TRANSACTION = { timeout: 120_000, maxWait: 30_000 };
const UNCONFIRMED_MS = 24 * 3_600_000;

type Transaction = Prisma.TransactionClient;

/** A row as a batch wrote it. `before`: as it was; null for a new one. */
interface WrittenRow {
	readonly after: MemberRow;
	readonly before: MemberRow | null;
}

/** Batches of links. An import writes Reeve's own tables only: of another application's, no transaction covers all rows. */
export function importStore({ prisma }: Database, guildId: string, people: Pick<People, 'name'> | undefined): ImportStore {
	return {
		importsRefusedBy: people?.name ?? null,
		saveImport: async ({ format, lines, actor, at }) => {
			await prisma.importBatch.deleteMany({
				where: { guildId, status: 'CHECKED', createdAt: { lt: new Date(at.getTime() - UNCONFIRMED_MS) } }
			});
			const data = { guildId, format, lines: toJson(lines), createdAt: at, createdBy: actor };
			return (await prisma.importBatch.create({ data, select: { id: true } })).id;
		},
		readImport: async (id) => {
			const batch = await prisma.importBatch.findFirst({ where: { id, guildId } });
			if (batch === null) return null;
			return { id, status: batch.status, format: batch.format as ImportFormat, lines: fromJson<readonly ImportLine[]>(batch.lines) };
		},
		writeImport: ({ batchId, links, actor, at }) =>
			prisma.$transaction(async (transaction) => {
				await lockLinks(transaction);
				const { count } = await transaction.importBatch.updateMany({
					where: { id: batchId, guildId, status: 'CHECKED' },
					data: { status: 'APPLIED', appliedAt: at }
				});
				if (count === 0) return { kind: 'settled' };
				const rows = await rowsToWrite(transaction, links);
				if (rows === null) {
					await transaction.importBatch.update({ where: { id: batchId }, data: { status: 'CHECKED', appliedAt: null } });
					return { kind: 'changed' };
				}
				await write(transaction, rows);
				await transaction.importBatch.update({ where: { id: batchId }, data: { written: toJson(rows), lines: [] } });
				const after = { batch: batchId, links: rows.length };
				await writeChange(transaction, guildId, { at, actor, action: 'import', subject: null, before: null, after });
				await writeLinkAudit(
					transaction,
					rows.map((row) => ({ ...row, action: 'link' as const })),
					{ guildId, at, actor, batchId }
				);
				return { kind: 'written', batchId };
			}, TRANSACTION),
		undoImport: ({ batchId, actor, at }) =>
			prisma.$transaction(async (transaction) => {
				await lockLinks(transaction);
				const batch = await transaction.importBatch.findFirst({ where: { id: batchId, guildId } });
				if (batch === null) return { kind: 'unknown' };
				if (batch.status !== 'APPLIED') return { kind: 'settled', status: batch.status };
				await transaction.importBatch.update({ where: { id: batchId }, data: { status: 'UNDONE', undoneAt: at } });
				const written = fromJson<readonly WrittenRow[]>(batch.written);
				const removed = await unwrite(transaction, written);
				const left = written.length - removed.length;
				const before = { batch: batchId, links: written.length };
				const after = { batch: batchId, left };
				await writeChange(transaction, guildId, { at, actor, action: 'undo-import', subject: null, before, after });
				const undone = removed.map(({ before, after }) => ({ before: after, after: before, action: 'unlink' as const }));
				await writeLinkAudit(transaction, undone, { guildId, at, actor, batchId });
				return { kind: 'undone', removed: removed.length, left };
			}, TRANSACTION)
	};
}

/** The rows of the links: new ones, and those of a customer without a readable Discord ID. Null if a link conflicts, or exists. */
async function rowsToWrite(transaction: Transaction, links: readonly ImportLink[]): Promise<readonly WrittenRow[] | null> {
	const customerIds = links.flatMap(({ customerId }) => customerId ?? []);
	const free = new Map<string, MemberRow>();
	for (const stripeCustomerId of chunks(customerIds)) {
		const where = { stripeCustomerId: { in: stripeCustomerId } };
		if ((await transaction.team.count({ where })) > 0) return null;
		for (const row of await transaction.member.findMany({ where, select: MEMBER, orderBy: { id: 'desc' } })) {
			if (row.discordId !== null && parseDiscordId(row.discordId) !== null) return null;
			free.set(row.stripeCustomerId ?? '', row);
		}
	}
	const seats = links.filter(({ teamId }) => teamId !== null);
	const teamIds = [...new Set(seats.flatMap(({ teamId }) => teamId ?? []))];
	if ((await transaction.team.count({ where: { id: { in: teamIds } } })) < teamIds.length) return null;
	const taken = new Set<string>();
	for (const { teamId, discordId } of await transaction.member.findMany({ where: { teamId: { in: teamIds } }, select: MEMBER }))
		taken.add(`${teamId}:${parseDiscordId(discordId ?? '')}`);
	if (seats.some(({ teamId, discordId }) => taken.has(`${teamId}:${discordId}`))) return null;
	return links.map(({ discordId, customerId, teamId, seatTier }): WrittenRow => {
		const before = customerId === null ? null : (free.get(customerId) ?? null);
		if (before !== null) return { before, after: { ...before, discordId } };
		return { before, after: { id: randomUUID(), discordId, stripeCustomerId: customerId, seatTier, teamId, paymentFailedAt: null } };
	});
}

async function write(transaction: Transaction, rows: readonly WrittenRow[]): Promise<void> {
	for (const chunk of chunks(rows.filter(({ before }) => before === null)))
		await transaction.member.createMany({ data: chunk.map(({ after }) => after) });
	for (const { before, after } of rows)
		if (before !== null) await transaction.member.update({ where: { id: before.id }, data: { discordId: after.discordId } });
}

/** Removes what a batch wrote, of rows that are as it wrote them. */
async function unwrite(transaction: Transaction, written: readonly WrittenRow[]): Promise<readonly WrittenRow[]> {
	const now = new Map<string, MemberRow>();
	for (const chunk of chunks(written))
		for (const row of await transaction.member.findMany({ where: { id: { in: chunk.map(({ after }) => after.id) } }, select: MEMBER }))
			now.set(row.id, row);
	const removed = written.filter(({ after }) => isSameLink(now.get(after.id), after));
	for (const chunk of chunks(removed.filter(({ before }) => before === null)))
		await transaction.member.deleteMany({ where: { id: { in: chunk.map(({ after }) => after.id) } } });
	for (const { before } of removed)
		if (before !== null) await transaction.member.update({ where: { id: before.id }, data: { discordId: before.discordId } });
	return removed;
}

function isSameLink(row: MemberRow | undefined, { discordId, stripeCustomerId, teamId, seatTier }: MemberRow): boolean {
	return (
		row !== undefined &&
		row.discordId === discordId &&
		row.stripeCustomerId === stripeCustomerId &&
		row.teamId === teamId &&
		row.seatTier === seatTier
	);
}

async function writeLinkAudit(
	transaction: Transaction,
	changes: readonly { readonly before: MemberRow | null; readonly after: MemberRow | null; readonly action: 'link' | 'unlink' }[],
	{ guildId, at, actor, batchId }: { readonly guildId: string; readonly at: Date; readonly actor: string; readonly batchId: string }
): Promise<void> {
	await writeAudit(
		transaction,
		guildId,
		changes.map(({ before, after, action }) => ({
			at,
			actor,
			action,
			subject: (action === 'link' ? after : before)?.discordId ?? null,
			before,
			after,
			outcome: 'DONE',
			detail: `Import ${batchId}`,
			attemptId: null
		}))
	);
}

function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
	for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}
