import type { Prisma } from './client/client.js';

/**
 * Serializes transactions on one subject: waits for the others that have locked it, and keeps it locked until this one ends. The first key
 * is the ID of a table, so that two installations in one database, and other programs, have locks of their own.
 * @param subject - `exempt:<Discord ID>` for example
 */
export async function lockUntilEnd(transaction: Prisma.TransactionClient, subject: string): Promise<void> {
	await transaction.$executeRaw`SELECT pg_advisory_xact_lock('$schema."AuditLog"'::regclass::oid::int, hashtext(${subject}))`;
}

/** Serializes the transactions that write links: an import reads thousands of rows before it writes. */
export function lockLinks(transaction: Prisma.TransactionClient): Promise<void> {
	return lockUntilEnd(transaction, 'links');
}
