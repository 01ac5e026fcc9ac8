import type { MemberRow } from '../reconciliation/domain/links.js';
import type { LinkStore } from '../reconciliation/members/link.js';
import { writeAudit } from './audit.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { MEMBER } from './links.js';

/** Links that operators make and undo. A row is never deleted: it can be without a Discord user. */
export function linkStore({ prisma }: Database, guildId: string): LinkStore {
	return {
		writeLink: ({ discordId, customerId, actor, at }) =>
			prisma.$transaction(async (transaction) => {
				// One at a time for a customer: whoever comes second sees what the first has written.
				await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`link:${customerId}`}, 0))`;
				const rows = await transaction.member.findMany({ where: { stripeCustomerId: customerId }, select: MEMBER, orderBy: { id: 'asc' } });
				if (rows.some((row) => row.discordId === discordId)) return { kind: 'already' };
				const team = await transaction.team.findFirst({ where: { stripeCustomerId: customerId }, select: { name: true } });
				if (team !== null) return { kind: 'team', team: team.name };
				const by = rows.find((row) => row.discordId !== null)?.discordId;
				if (by) return { kind: 'taken', by };
				const before = rows[0] ?? null;
				const after = await save(transaction, before, discordId, customerId);
				await writeAudit(transaction, guildId, { ...entry(actor, discordId, at), action: 'link', before, after });
				return { kind: 'written' };
			}),
		removeLink: ({ rowId, discordId, actor, at }) =>
			prisma.$transaction(async (transaction) => {
				const before = await transaction.member.findUnique({ where: { id: rowId }, select: MEMBER });
				// The one statement that decides who unlinks it.
				const erased = await transaction.member.updateMany({ where: { id: rowId, discordId }, data: { discordId: null } });
				if (erased.count === 0) return false;
				const after = before === null ? null : { ...before, discordId: null };
				await writeAudit(transaction, guildId, { ...entry(actor, discordId, at), action: 'unlink', before, after });
				return true;
			})
	};
}

/** A row that has the customer and nobody yet is the one that waits for them. */
function save(transaction: Prisma.TransactionClient, free: MemberRow | null, discordId: string, customerId: string): Promise<MemberRow> {
	if (free === null)
		return transaction.member.create({ data: { discordId, stripeCustomerId: customerId, seatTier: 'INDIVIDUAL' }, select: MEMBER });
	return transaction.member.update({ where: { id: free.id }, data: { discordId }, select: MEMBER });
}

function entry(actor: string, subject: string, at: Date) {
	return { at, actor, subject, outcome: 'DONE', detail: null, attemptId: null } as const;
}
