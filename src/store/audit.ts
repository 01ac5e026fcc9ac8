import type { AuditEntry } from '../reconciliation/domain/audit.js';
import type { Prisma } from './client/client.js';
import { nullable } from './json.js';

/** Writes an audit entry. Call it in the transaction that makes the change, so that neither is stored without the other. */
export async function writeAudit(transaction: Prisma.TransactionClient, guildId: string, entry: AuditEntry): Promise<void> {
	const { before, after, ...rest } = entry;
	await transaction.auditLog.create({
		data: { guildId, ...rest, before: nullable(before), after: nullable(after) },
		select: { id: true }
	});
}

type Change = Pick<AuditEntry, 'at' | 'actor' | 'action' | 'subject' | 'before' | 'after'> &
	Partial<Pick<AuditEntry, 'detail' | 'attemptId'>>;

/** Writes the entry of a change that has no outcome but being done: everything but fixes and undos. Call it in that change's transaction. */
export function writeChange(transaction: Prisma.TransactionClient, guildId: string, change: Change): Promise<void> {
	return writeAudit(transaction, guildId, { outcome: 'DONE', detail: null, attemptId: null, ...change });
}
