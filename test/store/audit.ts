import { auditAbout, readAudit } from '../../src/store/audit.js';
import type { Prisma } from '../../src/store/client/client.js';
import type { Database } from '../../src/store/connection/database.js';

/** Entries of the audit log, oldest first. @param where.subject - the Discord ID of a member */
export async function auditOf(
	{ prisma }: Database,
	{ subject, ...where }: { subject?: string } & Omit<Prisma.AuditLogWhereInput, 'subject'>
) {
	const about = subject === undefined ? {} : await auditAbout(prisma, [subject]);
	return readAudit(prisma, { where: { ...where, ...about }, orderBy: [{ at: 'asc' }, { id: 'asc' }] });
}
