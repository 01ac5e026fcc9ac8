import { parseDiscordId } from '../reconciliation/domain/discord-id.js';
import type { MemberRow } from '../reconciliation/domain/links.js';
import { linksKeptElsewhere, type People } from '../reconciliation/domain/people.js';
import type { LinkStore } from '../reconciliation/members/link.js';
import { lockLinks } from './advisory-lock.js';
import { writeChange } from './audit.js';
import type { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { MEMBER } from './people.js';

/** Links that operators create and remove one by one. Unlinking clears the row's Discord ID and keeps the row. */
export function linkStore({ prisma }: Database, guildId: string): LinkStore {
	return {
		linksKeptIn: null,
		writeLink: ({ discordId, customerId, actor, at }) =>
			prisma.$transaction(async (transaction) => {
				// Serialized, so that a second operator sees the link of the first.
				await lockLinks(transaction);
				const rows = await transaction.member.findMany({ where: { stripeCustomerId: customerId }, select: MEMBER, orderBy: { id: 'asc' } });
				const named = rows.map((row) => parseDiscordId(row.discordId ?? ''));
				if (named.includes(discordId)) return { kind: 'already' };
				const team = await transaction.team.findFirst({ where: { stripeCustomerId: customerId }, select: { name: true } });
				if (team !== null) return { kind: 'team', team: team.name };
				const linkedTo = named.find((each) => each !== null);
				if (linkedTo) return { kind: 'taken', by: linkedTo };
				// A row without a Discord ID, or with one that cannot be read.
				const before = rows[0] ?? null;
				const after = await save(transaction, before, discordId, customerId);
				await writeChange(transaction, guildId, { at, actor, action: 'link', subject: discordId, before, after });
				return { kind: 'written' };
			}),
		removeLink: ({ rowId, discordId, actor, at }) =>
			prisma.$transaction(async (transaction) => {
				const before = await transaction.member.findUnique({ where: { id: rowId }, select: MEMBER });
				if (before?.discordId == null || parseDiscordId(before.discordId) !== discordId) return false;
				// Only one of several concurrent calls updates the row.
				const cleared = await transaction.member.updateMany({
					where: { id: rowId, discordId: before.discordId },
					data: { discordId: null }
				});
				if (cleared.count === 0) return false;
				const after = { ...before, discordId: null };
				await writeChange(transaction, guildId, { at, actor, action: 'unlink', subject: discordId, before, after });
				return true;
			})
	};
}

/** The same in the rows of another application, if it allows that. The audit log follows the change: they are in two databases. */
export function linkStoreOf(people: People, { prisma }: Database, guildId: string): LinkStore {
	const { link, unlink } = people;
	if (link === undefined || unlink === undefined) {
		const refuse = () => Promise.reject(linksKeptElsewhere(people.name));
		return { linksKeptIn: people.name, writeLink: refuse, removeLink: refuse };
	}
	return {
		linksKeptIn: null,
		writeLink: async ({ discordId, customerId, actor, at }) => {
			const result = await link.call(people, discordId, customerId);
			const after = { discordId, stripeCustomerId: customerId };
			if (result.kind === 'written')
				await writeChange(prisma, guildId, { at, actor, action: 'link', subject: discordId, before: null, after });
			return result;
		},
		removeLink: async ({ rowId, discordId, actor, at }) => {
			const removed = await unlink.call(people, rowId, discordId);
			const before = { id: rowId, discordId };
			if (removed) await writeChange(prisma, guildId, { at, actor, action: 'unlink', subject: discordId, before, after: null });
			return removed;
		}
	};
}

/** Reuses the customer's row that has no Discord user, if there is one, and corrects one that cannot be read. */
function save(
	transaction: Prisma.TransactionClient,
	unlinked: MemberRow | null,
	discordId: string,
	customerId: string
): Promise<MemberRow> {
	if (unlinked === null)
		return transaction.member.create({ data: { discordId, stripeCustomerId: customerId, seatTier: 'INDIVIDUAL' }, select: MEMBER });
	return transaction.member.update({ where: { id: unlinked.id }, data: { discordId }, select: MEMBER });
}
