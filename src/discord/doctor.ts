import { ApplicationFlagsBitField, type Channel, type Client } from 'discord.js';
import type { Guild, ManagedRoleStore } from '../reconciliation/domain/ports.js';
import { type Check, type CheckRemark, guildRemarks } from '../reconciliation/health/doctor.js';
import { canReadAuditLog } from './audit-log.js';
import { readFailure } from './errors.js';
import { resolveManagedRoles, type WantedRole } from './managed-roles.js';
import { payerPermissionRemarks } from './payer-permissions.js';
import { CHANNEL_PERMISSIONS, THREAD_PERMISSIONS } from './permissions.js';

const SUBJECT = 'Discord';

export interface DiscordCheckInputs {
	/** Logged in. */
	readonly client: Client<true>;
	readonly guildId: string;
	/** Of the admin channel; null if none has been chosen. */
	readonly channelId: string | null;
	readonly operatorRoleIds: readonly string[];
	readonly guild: Pick<Guild, 'problems'>;
	/** The roles that Reeve gives, and where their IDs are stored. */
	readonly wanted: readonly WantedRole[];
	readonly memory: ManagedRoleStore;
	/** Whether Reeve is to read the server's audit log. */
	readonly auditLog: boolean;
	/** True right after the login: the application flags received then are used instead of fetched again. */
	readonly justLoggedIn: boolean;
}

/** Checks role positions and permissions, the member intent, the admin channel, the operator roles, and that no payer is an operator. */
export function discordChecks(inputs: DiscordCheckInputs): readonly Check[] {
	const { client, guildId, channelId, operatorRoleIds, guild, justLoggedIn } = inputs;
	const inGuild: Check = {
		subject: SUBJECT,
		severityOnFailure: 'blocking',
		run: async () => {
			const problems = guildRemarks(await guild.problems());
			return problems.length > 0 ? problems : [{ verdict: 'ok', message: 'Reeve is in the server, above every role that it manages.' }];
		}
	};
	// Not invited yet: the other checks would fail for that reason.
	if (!client.guilds.cache.has(guildId)) return [inGuild];
	return [
		inGuild,
		{ subject: SUBJECT, severityOnFailure: 'warning', run: async () => [await memberIntent(client, justLoggedIn)] },
		{ subject: SUBJECT, severityOnFailure: 'error', run: () => adminChannel(client, guildId, channelId) },
		{ subject: SUBJECT, severityOnFailure: 'warning', run: async () => unknownRoles(client, guildId, operatorRoleIds) },
		{ subject: SUBJECT, severityOnFailure: 'warning', run: () => payersWithPower(inputs) },
		...(inputs.auditLog
			? [{ subject: SUBJECT, severityOnFailure: 'warning', run: async () => auditLogRemarks(client, guildId) } as const]
			: [])
	];
}

async function payersWithPower({ client, guildId, operatorRoleIds, wanted, memory }: DiscordCheckInputs): Promise<readonly CheckRemark[]> {
	const guild = client.guilds.cache.get(guildId);
	if (guild === undefined) return [];
	// Roles that cannot be resolved are a problem of their own, which another check names.
	const managed = await resolveManagedRoles(guild, wanted, memory).catch(() => null);
	return payerPermissionRemarks(guild, [...(managed?.idOf.values() ?? [])], operatorRoleIds);
}

function auditLogRemarks(client: Client<true>, guildId: string): readonly CheckRemark[] {
	const guild = client.guilds.cache.get(guildId);
	if (guild === undefined || canReadAuditLog(guild)) return [{ verdict: 'ok', message: "Reeve may read the server's audit log." }];
	const message =
		"Reeve may not read the server's audit log, so reports cannot say who changed roles: in Server Settings → Roles, allow View Audit Log for Reeve's role, or set RECONCILIATION_AUDIT_LOG=false.";
	return [{ verdict: 'warning', message }];
}

async function memberIntent({ application }: Client<true>, justLoggedIn: boolean): Promise<CheckRemark> {
	const fetchApplication = () =>
		application.fetch().catch((error: unknown) => {
			throw new Error(`Could not check the Server Members Intent. ${readFailure(error)}`, { cause: error });
		});
	const { flags } = justLoggedIn ? application : await fetchApplication();
	const { GatewayGuildMembers, GatewayGuildMembersLimited } = ApplicationFlagsBitField.Flags;
	if (flags?.any(GatewayGuildMembers | GatewayGuildMembersLimited)) return { verdict: 'ok', message: 'The Server Members Intent is on.' };
	return {
		verdict: 'blocking',
		message:
			'The Server Members Intent is off, so Reeve cannot list the members. Switch it on: Discord Developer Portal → your application → Bot → Privileged Gateway Intents.'
	};
}

/** Whether Reeve can post its reports in a channel. @param channelId - null if none has been chosen */
export async function adminChannel(client: Client<true>, guildId: string, channelId: string | null): Promise<readonly CheckRemark[]> {
	const error = (message: string): readonly CheckRemark[] => [{ verdict: 'error', message }];
	if (channelId === null)
		return error(
			'No admin channel has been chosen yet, so Reeve cannot post reports. Use `/reconcile setup`, or set DISCORD_ADMIN_CHANNEL_ID.'
		);
	return channelRemarks(client, guildId, channelId, await client.channels.fetch(channelId).catch(() => null));
}

/** As {@link adminChannel}. @param channel - null if Reeve cannot see it */
export function channelRemarks(client: Client<true>, guildId: string, channelId: string, channel: Channel | null): readonly CheckRemark[] {
	const error = (message: string): readonly CheckRemark[] => [{ verdict: 'error', message }];
	if (channel === null || channel.isDMBased() || channel.guildId !== guildId)
		return error(
			`Reeve cannot see a text channel ${channelId} in its server, so it cannot post reports. Give it View Channel there, or set DISCORD_ADMIN_CHANNEL_ID to the ID of the admin channel.`
		);
	if (!channel.isSendable())
		return error(
			`#${channel.name} is ${channel.isThreadOnly() ? 'a forum' : 'no text channel'}, so Reeve cannot post reports there. Set DISCORD_ADMIN_CHANNEL_ID to the ID of a text channel.`
		);
	if (channel.isThread() && (channel.locked || channel.archived))
		return error(
			`#${channel.name} is a thread that is ${channel.locked ? 'locked' : 'archived'}, so Reeve cannot post reports there. Open it again, or set DISCORD_ADMIN_CHANNEL_ID to the ID of a text channel, which stays open.`
		);
	const allowed = channel.permissionsFor(client.user);
	const needed = channel.isThread() ? THREAD_PERMISSIONS : CHANNEL_PERMISSIONS;
	const missing = Object.entries(needed).flatMap(([name, bit]) => (allowed?.has(bit) ? [] : [name]));
	if (missing.length > 0) {
		const edited = channel.isThread() ? `Edit Channel of #${channel.parent?.name ?? 'its channel'}` : 'Edit Channel';
		return error(
			`In #${channel.name}, Reeve lacks ${missing.join(', ')}, so it cannot post reports and files. ${edited} → Permissions → Reeve's role: allow ${missing.length > 1 ? 'them' : 'it'}.`
		);
	}
	if (channel.isThread())
		return [
			{
				verdict: 'warning',
				message: `#${channel.name} is a thread. Discord archives it after some time without messages, and nothing can be posted in one that is locked: a text channel is safer for DISCORD_ADMIN_CHANNEL_ID.`
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
			message: `DISCORD_OPERATOR_ROLE_IDS names ${unknown.length > 1 ? 'roles' : 'a role'} that the server does not have (${unknown.join(', ')}). Remove or correct ${unknown.length > 1 ? 'them' : 'it'}.`
		}
	];
}
