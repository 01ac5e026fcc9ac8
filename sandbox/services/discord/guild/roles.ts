import { type APIRole, PermissionFlagsBits as P, type RoleFlags } from 'discord-api-types/v10';
import { IDS, ROLE_IDS } from '../core/identity.js';

/** The permissions of the bot's invite. */
const BOT_PERMISSIONS =
	P.ViewChannel | P.SendMessages | P.EmbedLinks | P.AttachFiles | P.ReadMessageHistory | P.ManageRoles | P.ViewAuditLog;

/** Minimal, so that a permission removed from the bot's role is not granted here. */
const EVERYONE_PERMISSIONS = P.ViewChannel | P.ReadMessageHistory | P.UseApplicationCommands;

/** What makes Discord the only one who can give a role. */
export const BONDS = {
	connection: { guild_connections: null },
	integration: { integration_id: '1100000000000000901' },
	subscription: { subscription_listing_id: '1100000000000000902' }
} as const satisfies Readonly<Record<string, APIRole['tags']>>;

export type Bond = keyof typeof BONDS;

export const isBound = ({ tags = {} }: APIRole): boolean =>
	Object.values(BONDS).some((bond) => Object.keys(bond).some((key) => key in tags));

export function makeRole(id: string, name: string, position: number, more: Partial<APIRole> = {}): APIRole {
	const color = more.color ?? 0;
	return {
		id,
		name,
		color,
		colors: { primary_color: color, secondary_color: null, tertiary_color: null },
		hoist: false,
		icon: null,
		unicode_emoji: null,
		position,
		permissions: '0',
		managed: false,
		mentionable: false,
		flags: 0 as RoleFlags,
		...more
	};
}

/** The initial roles, lowest first. The bot's role is above those it may assign. */
export function defaultRoles(): APIRole[] {
	return [
		makeRole(IDS.guild, '@everyone', 0, { permissions: EVERYONE_PERMISSIONS.toString() }),
		makeRole(ROLE_IDS.debtor, 'Debtor', 1, { color: 0x992d22 }),
		makeRole(ROLE_IDS.knight, 'Knight', 2, { color: 0x3498db }),
		makeRole(ROLE_IDS.lord, 'Lord', 3, { color: 0xf1c40f }),
		makeRole(ROLE_IDS.bot, 'Reeve', 4, { permissions: BOT_PERMISSIONS.toString(), managed: true, tags: { bot_id: IDS.bot } }),
		makeRole(ROLE_IDS.operator, 'Operator', 5, { permissions: P.ManageGuild.toString(), color: 0x2ecc71 })
	];
}
