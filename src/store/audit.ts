import type { AuditEntry } from '../reconciliation/domain/audit.js';
import { Prisma } from './client/client.js';
import { toJson } from './json.js';

/** Writes down a change, in the transaction that makes it: either both are there, or neither. */
export async function writeAudit(transaction: Prisma.TransactionClient, guildId: string, entry: AuditEntry): Promise<void> {
	const { before, after, ...rest } = entry;
	await transaction.auditLog.create({
		data: { guildId, ...rest, before: nullable(before), after: nullable(after) },
		select: { id: true }
	});
}

function nullable(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
	return value === null ? Prisma.DbNull : toJson(value);
}
