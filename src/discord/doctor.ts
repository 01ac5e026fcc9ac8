import { ApplicationFlagsBitField, type Client, PermissionFlagsBits } from 'discord.js';
import { type Check, guildRemarks, type Remark } from '../reconciliation/doctor.js';
import type { Guild } from '../reconciliation/ports.js';
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
			about: ABOUT,
			otherwise: 'blocks',
			look: async () => {
				const problems = guildRemarks(await guild.problems());
				return problems.length > 0
					? problems
					: [{ verdict: 'well', words: 'Reeve is in the server, and above every role that it manages.' }];
			}
		},
		{ about: ABOUT, otherwise: 'warning', look: async () => [await memberIntent(client, justLoggedIn)] },
		{ about: ABOUT, otherwise: 'wrong', look: () => adminChannel(client, guildId, channelId) },
		{ about: ABOUT, otherwise: 'warning', look: async () => unknownRoles(client, guildId, operatorRoleIds) }
	];
}

async function memberIntent({ application }: Client<true>, justLoggedIn: boolean): Promise<Remark> {
	const asked = () =>
		application.fetch().catch((error: unknown) => {
			throw new Error(`Whether the Server Members Intent is on could not be asked. ${readFailure(error)}`, { cause: error });
		});
	const { flags } = justLoggedIn ? application : await asked();
	const { GatewayGuildMembers, GatewayGuildMembersLimited } = ApplicationFlagsBitField.Flags;
	if (flags?.any(GatewayGuildMembers | GatewayGuildMembersLimited)) return { verdict: 'well', words: 'The Server Members Intent is on.' };
	return {
		verdict: 'blocks',
		words:
			'The Server Members Intent is off, so nobody can list who holds a role. Switch it on: Discord Developer Portal → your application → Bot → Privileged Gateway Intents.'
	};
}

async function adminChannel(client: Client<true>, guildId: string, channelId: string): Promise<readonly Remark[]> {
	const channel = await client.channels.fetch(channelId).catch(() => null);
	if (channel === null || channel.isDMBased() || channel.guildId !== guildId || !channel.isSendable())
		return [
			{
				verdict: 'wrong',
				words: `Reeve sees no text channel ${channelId} in its server, so no report can be posted: give it View Channel there, or put the ID of the admin channel into DISCORD_ADMIN_CHANNEL_ID.`
			}
		];
	const allowed = channel.permissionsFor(client.user);
	const missing = Object.entries(IN_THE_CHANNEL).flatMap(([name, bit]) => (allowed?.has(bit) ? [] : [name]));
	if (missing.length > 0)
		return [
			{
				verdict: 'wrong',
				words: `In #${channel.name}, Reeve lacks ${missing.join(', ')}: reports and files would not arrive. Edit Channel → Permissions → the role of Reeve: allow ${missing.length > 1 ? 'these' : 'it'}.`
			}
		];
	return [{ verdict: 'well', words: `Reeve can post in #${channel.name}.` }];
}

function unknownRoles(client: Client<true>, guildId: string, roleIds: readonly string[]): readonly Remark[] {
	const roles = client.guilds.cache.get(guildId)?.roles.cache;
	const unknown = roleIds.filter((id) => !roles?.has(id));
	if (unknown.length === 0) return [];
	return [
		{
			verdict: 'warning',
			words: `DISCORD_OPERATOR_ROLE_IDS names ${unknown.length > 1 ? 'roles' : 'a role'} that the server does not have (${unknown.join(', ')}): take out what is gone, or correct it.`
		}
	];
}
