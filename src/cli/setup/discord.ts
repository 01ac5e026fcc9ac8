import { ChannelType, Client, Events, type Guild, type Role } from 'discord.js';
import { settingProblem } from '../../config/env.js';
import { DEFAULT_TIERS, pricesSetting, roleSetting, tiersOf } from '../../config/stored-settings.js';
import { tierKey } from '../../config/values.js';
import { clientOptions } from '../../discord/client.js';
import { adminChannel } from '../../discord/doctor.js';
import { loginFailure, waitForGateway } from '../../discord/login.js';
import { inviteLink } from '../../discord/permissions.js';
import { bondOf, roleProblems } from '../../discord/role-problems.js';
import { count } from '../../messages/format/format.js';
import { plainName } from '../../messages/format/text.js';
import { DEBTOR } from '../../reconciliation/domain/rules.js';
import { runChecks } from '../../reconciliation/health/doctor.js';
import { askSecret, type Session } from './ask.js';
import { entriesOf } from './draft.js';
import type { Choice } from './prompts.js';

/** Setup's questions about Discord. The open connection keeps the lists of servers, channels and roles up to date while the operator changes them. */

/** No ID. */
const INVITE = 'invite';
const LOOK_AGAIN = 'look again';

/** Asks for the token until Discord accepts it. @returns a client that is logged in @throws {CancelledError} */
export async function connectToDiscord(session: Session, apiUrl: string): Promise<Client<true>> {
	const { prompts } = session;
	prompts.say(
		'Discord Developer Portal (https://discord.com/developers/applications) → your application → Bot: switch on Server Members Intent, then Reset Token.'
	);
	for (;;) {
		const token = await askSecret(session, 'DISCORD_TOKEN', 'Bot token');
		if (token === undefined) continue;
		const client = new Client(clientOptions(apiUrl, prompts.redact));
		try {
			await waitForGateway(client, token, (warning) => prompts.warn(warning));
			if (!client.isReady()) throw new Error('The client is not ready after the login.');
			prompts.success(`Discord knows this bot as ${plainName(client.user.username)}, and the Server Members Intent is on.`);
			return client;
		} catch (error) {
			await client.destroy();
			const reason = loginFailure(error);
			if (reason === null) throw error;
			prompts.error(`${reason} Then answer again.`);
		}
	}
}

/** Asks for the server, and waits for the invitation to it if need be. @throws {CancelledError} */
export async function askServer({ prompts, draft }: Session, client: Client<true>): Promise<Guild> {
	let guild = client.guilds.cache.size === 0 ? await untilInvited({ prompts, draft }, client) : null;
	while (guild === null) {
		const servers = [...client.guilds.cache.values()].map(({ id, name, memberCount }) => ({
			value: id,
			label: plainName(name),
			hint: count(memberCount, 'member')
		}));
		const answer = await prompts.choose(
			'Your server',
			[...servers, { value: INVITE, label: 'Another one: invite Reeve to it' }],
			draft.get('DISCORD_GUILD_ID')
		);
		const known = new Set(servers.map(({ value }) => value));
		guild = answer === INVITE ? await untilInvited({ prompts, draft }, client, known) : (client.guilds.cache.get(answer) ?? null);
	}
	draft.set('DISCORD_GUILD_ID', guild.id);
	return guild;
}

/** @param known - IDs of servers that are not meant */
async function untilInvited({ prompts, draft }: Session, client: Client<true>, known: ReadonlySet<string> = new Set()): Promise<Guild> {
	const wanted = draft.get('DISCORD_GUILD_ID');
	const isWanted = wanted !== undefined && !known.has(wanted) && settingProblem('DISCORD_GUILD_ID', wanted) === undefined;
	const link = inviteLink(client.application.id, isWanted ? wanted : undefined);
	prompts.say(`Invite Reeve with this link. Setup goes on by itself as soon as Reeve is in your server; Ctrl-C ends it.\n${link}`);
	// It may have been invited while the operator looked at the list of servers.
	const invited = client.guilds.cache.find(({ id }) => !known.has(id));
	const guild = invited ?? (await new Promise<Guild>((resolve) => void client.once(Events.GuildCreate, resolve)));
	prompts.success(`Reeve is in ${plainName(guild.name)}.`);
	return guild;
}

/** Asks for the channel of the reports, until Reeve can post there. @throws {CancelledError} */
export async function askAdminChannel({ prompts, draft }: Session, guild: Guild): Promise<void> {
	for (let chosen = draft.get('DISCORD_ADMIN_CHANNEL_ID'); ; ) {
		const channels = [...guild.channels.cache.values()]
			.filter((channel) => channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement)
			.sort((a, b) => a.rawPosition - b.rawPosition)
			.map(({ id, name, parent }): Choice<string> => {
				const choice = { value: id, label: `#${plainName(name)}` };
				return parent === null ? choice : { ...choice, hint: plainName(parent.name) };
			});
		const answer = await prompts.choose(
			'Channel for the reports; only operators should see it',
			[...channels, { value: LOOK_AGAIN, label: 'Look again, after creating one' }],
			chosen
		);
		if (answer === LOOK_AGAIN) continue;
		chosen = answer;
		const check = { subject: 'Discord', severityOnFailure: 'error' as const, run: () => adminChannel(guild.client, guild.id, answer) };
		if (!prompts.report(await runChecks([check]))) continue;
		draft.set('DISCORD_ADMIN_CHANNEL_ID', answer);
		return;
	}
}

/** @throws {CancelledError} */
export async function askOperators({ prompts, draft }: Session, guild: Guild): Promise<void> {
	const known = draft.list('DISCORD_OPERATOR_ROLE_IDS');
	const choices = rolesOf(guild).map(({ id, name }) => ({ value: id, label: plainName(name) }));
	const message = 'Roles whose members may use Reeve (space selects; none: everyone with Manage Server)';
	const answer = await prompts.chooseMany(message, choices, known);
	draft.set('DISCORD_OPERATOR_ROLE_IDS', answer.join(','));
}

/** Asks for the tiers, and the role of each and of Debtor. @returns the tiers, lowest first @throws {CancelledError} */
export async function askTiers(session: Session, guild: Guild): Promise<readonly string[]> {
	const { prompts, draft } = session;
	const before = tiersOf(draft.environment());
	const answer = await prompts.text('Tiers that people can buy, lowest first, separated by commas', before.join(','), (text) =>
		settingProblem('RECONCILIATION_TIERS', text)
	);
	const tiers = entriesOf(answer);
	draft.set('RECONCILIATION_TIERS', tiers.join(','), DEFAULT_TIERS.join(','));
	const gone = before.filter((tier) => !tiers.some((each) => tierKey(each) === tierKey(tier)));
	for (const tier of gone) for (const setting of [roleSetting(tier), pricesSetting(tier)]) draft.set(setting, null);
	const taken = new Set<string>();
	for (const name of [...tiers, DEBTOR]) taken.add(await askRole(session, guild, name, taken));
	return tiers;
}

/** Asks for a role that Reeve can give. @param taken - IDs that another tier has @returns its ID */
async function askRole({ prompts, draft }: Session, guild: Guild, tier: string, taken: ReadonlySet<string>): Promise<string> {
	const setting = roleSetting(tier);
	const what = tier === DEBTOR ? 'Role of members whose payment is overdue' : `Role of ${tier}`;
	const wanted = draft.get(setting) ?? tier;
	for (let chosen = rolesOf(guild).find(({ id, name }) => id === wanted || name === wanted)?.id; ; ) {
		const choices = rolesOf(guild)
			.filter((role) => bondOf(role) === null && !taken.has(role.id))
			.map((role): Choice<string> => {
				const choice = { value: role.id, label: plainName(role.name) };
				return isBelowReeve(role)
					? choice
					: { ...choice, label: `${choice.label} · above Reeve's role`, hint: "drag Reeve's role above it first" };
			});
		const answer = await prompts.choose(
			what,
			[...choices, { value: LOOK_AGAIN, label: 'Look again, after creating one in Server Settings → Roles' }],
			chosen
		);
		if (answer === LOOK_AGAIN) continue;
		chosen = answer;
		const problems = await roleProblems(guild, new Map([[tier, answer]]));
		for (const { blocks, message } of problems) {
			if (blocks === 'runs') prompts.error(`${message} Then choose it again.`);
			else prompts.warn(message);
		}
		if (problems.some(({ blocks }) => blocks === 'runs')) continue;
		draft.set(setting, answer);
		return answer;
	}
}

/** All but @everyone, the highest first. */
function rolesOf(guild: Guild): readonly Role[] {
	return [...guild.roles.cache.values()].filter(({ id }) => id !== guild.id).sort((a, b) => b.comparePositionTo(a));
}

function isBelowReeve(role: Role): boolean {
	const highest = role.guild.members.me?.roles.highest;
	return highest !== undefined && highest.comparePositionTo(role) > 0;
}
