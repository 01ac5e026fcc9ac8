import { ApplicationFlagsBitField, type Client, PermissionFlagsBits } from 'discord.js';
import type { Guild } from '../reconciliation/domain/ports.js';
import { type Check, type CheckRemark, guildRemarks } from '../reconciliation/health/doctor.js';
import { readFailure } from './errors.js';

const ABOUT = 'Discord';

/** What Reeve does in the admin channel, by the names of Discord's own settings. */
const IN_THE_CHANNEL = {
	'View Channel': PermissionFlagsBits.ViewChannel,
	'Send Messages': PermissionFlagsBits.SendMessages,
	'Embed Links': PermissionFlagsBits.EmbedLinks,
	'Attach Files': PermissionFlagsBits.AttachFiles,
	'Read Message History': PermissionFlagsBits.ReadMessageHistory
} as const;

export interface DiscordChecked {
	/** A client that is logged in. */
	readonly client: Client<true>;
	readonly guildId: string;
	readonly channelId: string;
	readonly operatorRoleIds: readonly string[];
	readonly guild: Pick<Guild, 'problems'>;
	/** Right after the login, what Discord said then is as good as asking again. */
	readonly justLoggedIn: boolean;
}

/** Whether Reeve can do in Discord what it is there for. */
export function discordChecks({ client, guildId, channelId, operatorRoleIds, guild, justLoggedIn }: DiscordChecked): readonly Check[] {
	return [
		{
			subject: ABOUT,
			severityOnFailure: 'blocking',
			run: async () => {
				const problems = guildRemarks(await guild.problems());
				return problems.length > 0
					? problems
					: [{ verdict: 'ok', message: 'Reeve is in the server, and above every role that it manages.' }];
			}
		},
		{ subject: ABOUT, severityOnFailure: 'warning', run: async () => [await memberIntent(client, justLoggedIn)] },
		{ subject: ABOUT, severityOnFailure: 'error', run: () => adminChannel(client, guildId, channelId) },
		{ subject: ABOUT, severityOnFailure: 'warning', run: async () => unknownRoles(client, guildId, operatorRoleIds) }
	];
}

async function memberIntent({ application }: Client<true>, justLoggedIn: boolean): Promise<CheckRemark> {
	const asked = () =>
		application.fetch().catch((error: unknown) => {
			throw new Error(`Whether the Server Members Intent is on could not be asked. ${readFailure(error)}`, { cause: error });
		});
	const { flags } = justLoggedIn ? application : await asked();
	const { GatewayGuildMembers, GatewayGuildMembersLimited } = ApplicationFlagsBitField.Flags;
	if (flags?.any(GatewayGuildMembers | GatewayGuildMembersLimited)) return { verdict: 'ok', message: 'The Server Members Intent is on.' };
	return {
		verdict: 'blocking',
		message:
			'The Server Members Intent is off, so nobody can list who holds a role. Switch it on: Discord Developer Portal → your application → Bot → Privileged Gateway Intents.'
	};
}

async function adminChannel(client: Client<true>, guildId: string, channelId: string): Promise<readonly CheckRemark[]> {
	const channel = await client.channels.fetch(channelId).catch(() => null);
	if (channel === null || channel.isDMBased() || channel.guildId !== guildId || !channel.isSendable())
		return [
			{
				verdict: 'error',
				message: `Reeve sees no text channel ${channelId} in its server, so no report can be posted: give it View Channel there, or put the ID of the admin channel into DISCORD_ADMIN_CHANNEL_ID.`
			}
		];
	const allowed = channel.permissionsFor(client.user);
	const missing = Object.entries(IN_THE_CHANNEL).flatMap(([name, bit]) => (allowed?.has(bit) ? [] : [name]));
	if (missing.length > 0)
		return [
			{
				verdict: 'error',
				message: `In #${channel.name}, Reeve lacks ${missing.join(', ')}: reports and files would not arrive. Edit Channel → Permissions → the role of Reeve: allow ${missing.length > 1 ? 'these' : 'it'}.`
			}
		];
	return [{ verdict: 'ok', message: `Reeve can post in #${channel.name}.` }];
}

function unknownRoles(client: Client<true>, guildId: string, roleIds: readonly string[]): readonly CheckRemark[] {
	const roles = client.guilds.cache.get(guildId)?.roles.cache;
	const unknown = roleIds.filter((id) => !roles?.has(id));
	if (unknown.length === 0) return [];
	return [
		{
			verdict: 'warning',
			message: `DISCORD_OPERATOR_ROLE_IDS names ${unknown.length > 1 ? 'roles' : 'a role'} that the server does not have (${unknown.join(', ')}): take out what is gone, or correct it.`
		}
	];
}
