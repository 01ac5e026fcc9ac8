import type { Payer, PayerStore } from '../reconciliation/domain/ports.js';
import type { Rules } from '../reconciliation/domain/rules.js';
import type { Database } from './connection/database.js';
import { fromJson, storableText, toJsonText } from './json.js';
import { chunk } from './paging.js';

/** A longer text means no member: names have at most 32 characters. An index entry has room for it in any script. */
const MAX_NAME_LENGTH = 100;

/** A program that rounds an ID keeps the digits before these. */
const ROUNDED_DIGITS = 4;

/** Which customers name which members. */
export function payerStore({ prisma }: Database, guildId: string): PayerStore {
	const add = async (batch: readonly Payer[]) => {
		// A statement may not change a row twice.
		const distinct = new Map(batch.map(({ name, ...payer }) => [`${payer.customerId} ${name}`, { ...payer, name: storableText(name) }]));
		await prisma.$executeRaw`
			INSERT INTO $schema."Payer" AS known ("guildId", name, "customerId", misread)
			SELECT ${guildId}, found.name, found."customerId", found.misread
			FROM jsonb_to_recordset(${toJsonText([...distinct.values()])}::jsonb) AS found(name text, "customerId" text, misread boolean)
			ON CONFLICT ("guildId", name, "customerId") DO UPDATE SET misread = EXCLUDED.misread WHERE known.misread <> EXCLUDED.misread`;
	};
	return {
		recordPayers: async (runId, batches, isEnough) => {
			for await (const payers of batches)
				for (const batch of chunk(payers.filter(({ name }) => name.length <= MAX_NAME_LENGTH))) await add(batch);
			// Last: until then, those of an earlier run are the newest.
			await prisma.reconciliationRun.update({ where: { id: runId }, data: { payersRecorded: isEnough }, select: { id: true } });
		},
		payersRecorded: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, payersRecorded: { not: null } },
				orderBy: { startedAt: 'desc' },
				select: { startedAt: true, payersRecorded: true, rules: true }
			});
			if (!run?.payersRecorded) return null;
			return { at: run.startedAt, discordIdKey: run.rules === null ? null : fromJson<Rules>(run.rules).discordIdKey };
		},
		findPayers: async ({ discordIds, customerIds }) => {
			const prefixes = discordIds.flatMap((id) => {
				const kept = id.slice(0, -ROUNDED_DIGITS);
				// An ID that was rounded up begins with the next number.
				return /^\d+$/.test(kept) ? [kept, String(BigInt(kept) + 1n)] : [];
			});
			return prisma.$queryRaw<Payer[]>`
				SELECT name, "customerId", misread FROM $schema."Payer"
				WHERE "guildId" = ${guildId} AND (
					name = ANY(${[...discordIds]}::text[]) OR "customerId" = ANY(${[...customerIds]}::text[])
					OR misread AND (name !~ '^[0-9]{17,20}$' OR left(name, ${-ROUNDED_DIGITS}) = ANY(${prefixes}::text[]))
				)`;
		}
	};
}
