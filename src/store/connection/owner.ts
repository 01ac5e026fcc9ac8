import type { PrismaClient } from '../client/client.js';
import { DatabaseError } from './errors.js';

/** The guild that opens a database. */
export interface DatabaseGuild {
	readonly guildId: string;
	/** The guild that it replaces; the database moves from that one to this. */
	readonly formerGuildId?: string | undefined;
}

/** @throws {DatabaseError} if the database belongs to a guild that is neither this one nor the former one */
export async function assertOwnedBy(prisma: PrismaClient, { guildId, formerGuildId }: DatabaseGuild): Promise<void> {
	const owner = await prisma.databaseOwner.findFirst();
	if (owner === null || owner.guildId === guildId || owner.guildId === formerGuildId) return;
	throw new DatabaseError(
		`This database belongs to the Discord server ${owner.guildId}, but DISCORD_GUILD_ID is ${guildId}. A database serves one server, because links and exemptions would hold in both. Correct DISCORD_GUILD_ID, or give this server a database of its own (DATABASE_URL or DATA_DIR). If this server replaces the other one, set DISCORD_FORMER_GUILD_ID=${owner.guildId} for the next start: links and exemptions then move to this server.`
	);
}

/**
 * Makes a guild the owner of a database without one, or of its former guild's. Call it once Discord has shown that the bot is in the
 * guild: a mistyped ID must not own the database.
 * @throws {DatabaseError} if another guild was first
 */
export async function claimDatabase({ prisma }: { readonly prisma: PrismaClient }, guild: DatabaseGuild): Promise<void> {
	const { guildId, formerGuildId } = guild;
	await prisma.databaseOwner.createMany({ data: [{ guildId }], skipDuplicates: true });
	if (formerGuildId !== undefined)
		await prisma.databaseOwner.updateMany({ where: { guildId: formerGuildId }, data: { guildId, since: new Date() } });
	await assertOwnedBy(prisma, guild);
}
