import { PermissionFlagsBits } from 'discord.js';

/** Permissions that Reeve needs in the admin channel, by their names in Discord's settings. */
export const CHANNEL_PERMISSIONS = {
	'View Channel': PermissionFlagsBits.ViewChannel,
	'Send Messages': PermissionFlagsBits.SendMessages,
	'Embed Links': PermissionFlagsBits.EmbedLinks,
	'Attach Files': PermissionFlagsBits.AttachFiles,
	'Read Message History': PermissionFlagsBits.ReadMessageHistory
} as const;

const { 'Send Messages': _, ...ELSEWHERE } = CHANNEL_PERMISSIONS;

/** The same in a thread, where Discord has a permission of its own for messages. */
export const THREAD_PERMISSIONS = { ...ELSEWHERE, 'Send Messages in Threads': PermissionFlagsBits.SendMessagesInThreads } as const;

const INVITE_PERMISSIONS = Object.values(CHANNEL_PERMISSIONS).reduce((sum, bit) => sum | bit, PermissionFlagsBits.ManageRoles as bigint);

/**
 * Invites Reeve with exactly the permissions that it uses.
 * @param guildId - without it, the link asks for the server
 * @param features.auditLog - whether it reads the server's audit log
 */
export function inviteLink(applicationId: string, guildId?: string, { auditLog = false }: { readonly auditLog?: boolean } = {}): string {
	const query = new URLSearchParams({
		client_id: applicationId,
		scope: 'bot applications.commands',
		permissions: String(auditLog ? INVITE_PERMISSIONS | PermissionFlagsBits.ViewAuditLog : INVITE_PERMISSIONS),
		...(guildId !== undefined && { guild_id: guildId, disable_guild_select: 'true' })
	});
	return `https://discord.com/oauth2/authorize?${query}`;
}

/** For an operator: what to do when Reeve is not in its server. */
export function notInvited(applicationId: string | undefined, guildId: string, features: { readonly auditLog?: boolean } = {}): string {
	const missing = 'Reeve is not in the server that DISCORD_GUILD_ID names';
	if (applicationId === undefined) return `${missing}: invite it, or correct the ID.`;
	return `${missing} (${guildId}). Invite it: ${inviteLink(applicationId, guildId, features)} (it starts to work by itself then), or correct the ID.`;
}
