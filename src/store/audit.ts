import { randomBytes, randomUUID } from 'node:crypto';
import { type AuditAction, type AuditEntry, isPseudonym, pseudonym } from '../reconciliation/domain/audit.js';
import type { AuditLog, Prisma } from './client/client.js';
import { nullable } from './json.js';

/**
 * The audit log names people by random IDs, and what an entry says about a member is in a row of its own. So an entry stays as it was
 * written when a member is forgotten, and no longer says about whom it is. Everything else reads and writes entries through this file: they
 * name no one by themselves.
 */

type Reader = Pick<Prisma.TransactionClient, 'auditLog' | 'auditPerson'>;

/** The actions whose subject is a member. */
const ABOUT_MEMBERS: ReadonlySet<AuditAction> = new Set(['fix', 'undo', 'link', 'unlink', 'exempt', 'end-exemption', 'forget']);

/** Entries per statement. */
const CHUNK = 1_000;

/** Writes audit entries. Call it in the transaction that makes the changes, so that neither is stored without the other. */
export async function writeAudit(transaction: Prisma.TransactionClient, guildId: string, entries: readonly AuditEntry[]): Promise<void> {
	for (let start = 0; start < entries.length; start += CHUNK) await writeChunk(transaction, guildId, entries.slice(start, start + CHUNK));
}

async function writeChunk(transaction: Prisma.TransactionClient, guildId: string, entries: readonly AuditEntry[]): Promise<void> {
	const people = await pseudonymsOf(transaction, entries.flatMap(peopleOf));
	const known = (id: string) => people.get(id) ?? id;
	const rows = entries.map(({ before, after, detail, ...entry }) => {
		const values = { before: nullable(before), after: nullable(after), detail };
		const isAboutMember = aboutMember(entry);
		const subject = isAboutMember ? known(entry.subject ?? '') : entry.subject;
		const row = { id: timeOrderedId(), guildId, ...entry, actor: known(entry.actor), subject, ...(isAboutMember ? {} : values) };
		return { row, about: isAboutMember ? { auditId: row.id, ...values } : null };
	});
	await transaction.auditLog.createMany({ data: rows.map(({ row }) => row) });
	const about = rows.flatMap((row) => row.about ?? []);
	if (about.length > 0) await transaction.auditDetail.createMany({ data: about });
}

let written = 0;

/** IDs of one process sort as they were made: entries of the same millisecond stay in order. */
function timeOrderedId(): string {
	written = (written + 1) % 36 ** 4;
	return `c${Date.now().toString(36)}${written.toString(36).padStart(4, '0')}${randomBytes(6).toString('hex')}`;
}

function aboutMember({ action, subject }: Pick<AuditEntry, 'action' | 'subject'>): boolean {
	return subject !== null && ABOUT_MEMBERS.has(action);
}

/** The Discord IDs that an entry names. */
function peopleOf(entry: Pick<AuditEntry, 'actor' | 'action' | 'subject'>): readonly string[] {
	const subject = aboutMember(entry) ? [entry.subject ?? ''] : [];
	return [...subject, ...(/^\d+$/.test(entry.actor) ? [entry.actor] : [])].filter((id) => !isPseudonym(id));
}

/** The random ID of each person, stored at the first entry that names them. */
async function pseudonymsOf(transaction: Prisma.TransactionClient, discordIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
	// Sorted: two transactions that store the same new people wait for each other in one order.
	const ids = [...new Set(discordIds)].sort();
	const read = () => transaction.auditPerson.findMany({ where: { discordId: { in: ids } } });
	let people = await read();
	if (people.length < ids.length) {
		const stored = new Set(people.map(({ discordId }) => discordId));
		const data = ids.filter((id) => !stored.has(id)).map((discordId) => ({ id: pseudonym(randomUUID()), discordId }));
		await transaction.auditPerson.createMany({ data, skipDuplicates: true });
		people = await read();
	}
	return new Map(people.map(({ id, discordId }) => [discordId, id]));
}

type Change = Pick<AuditEntry, 'at' | 'actor' | 'action' | 'subject' | 'before' | 'after'> &
	Partial<Pick<AuditEntry, 'detail' | 'attemptId'>>;

/** Writes the entry of a change that has no outcome but being done: everything but fixes and undos. Call it in that change's transaction. */
export function writeChange(transaction: Prisma.TransactionClient, guildId: string, change: Change): Promise<void> {
	return writeAudit(transaction, guildId, [{ outcome: 'DONE', detail: null, attemptId: null, ...change }]);
}

/** Entries of the audit log, with the Discord IDs of the people whom they name. */
export async function readAudit(
	prisma: Reader,
	query: Pick<Prisma.AuditLogFindManyArgs, 'where' | 'orderBy' | 'take'>
): Promise<readonly AuditLog[]> {
	const rows = await prisma.auditLog.findMany({ ...query, include: { about: { select: { before: true, after: true, detail: true } } } });
	const ids = new Set(rows.flatMap(({ actor, subject }) => [actor, subject ?? '']).filter(isPseudonym));
	const people = await prisma.auditPerson.findMany({ where: { id: { in: [...ids] } } });
	const discordIds = new Map(people.map(({ id, discordId }) => [id, discordId]));
	const named = (id: string) => discordIds.get(id) ?? id;
	return rows.map(({ about, ...row }) => ({
		...row,
		actor: named(row.actor),
		subject: row.subject === null ? null : named(row.subject),
		...about
	}));
}

/** Selects the entries whose subject is one of these members. */
export async function auditAbout(
	prisma: Pick<Reader, 'auditPerson'>,
	discordIds: readonly string[]
): Promise<{ readonly subject: { readonly in: string[] } }> {
	const people = await prisma.auditPerson.findMany({ where: { discordId: { in: [...discordIds] } }, select: { id: true } });
	return { subject: { in: people.map(({ id }) => id) } };
}
