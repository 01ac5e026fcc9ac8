import { ApplicationFlags } from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { IDS } from '../core/identity.js';
import { toUser } from '../guild/members.js';
import { guildPermissions } from '../guild/permissions.js';
import { Form } from '../validate/form.js';
import { ok, param } from './call.js';
import type { RestServer } from './server.js';

/** Application, gateway URL, users and DM channels. */
export function applicationRoutes(server: RestServer, context: DiscordContext): void {
	server.route('GET', '/gateway', () => ok({ url: context.options.gatewayUrl() }), { open: true });
	server.route('GET', '/gateway/bot', () => {
		// A bot requests this once, at start.
		context.readiness.restart();
		return ok({
			url: context.options.gatewayUrl(),
			shards: 1,
			session_start_limit: { total: 1_000, remaining: 999, reset_after: 14_400_000, max_concurrency: 1 }
		});
	});
	const application = () => {
		const flags = context.memberIntent ? ApplicationFlags.GatewayGuildMembersLimited : 0;
		return ok({
			id: IDS.application,
			type: null,
			name: 'Reeve',
			icon: null,
			description: '',
			bot_public: false,
			bot_require_code_grant: false,
			bot: toUser(context.guild.bot),
			flags,
			flags_new: String(flags),
			verify_key: '0'.repeat(64),
			owner: toUser(context.guild.members.get(context.guild.ownerId) ?? { id: context.guild.ownerId, username: 'owner', bot: false }),
			team: null,
			approximate_guild_count: 1,
			approximate_user_install_count: 0,
			approximate_user_authorization_count: 0,
			redirect_uris: [],
			interactions_endpoint_url: null,
			role_connections_verification_url: null,
			explicit_content_filter: 0,
			eligible_oauth2_scopes: [],
			tags: []
		});
	};
	server.route('GET', '/applications/@me', application);
	server.route('GET', '/oauth2/applications/@me', application);
	const self = () => {
		const { bot, twoFactor } = context.guild;
		return ok({ ...toUser(bot), verified: true, mfa_enabled: twoFactor.ownerHas, email: null, locale: 'en-US' });
	};
	server.route('GET', '/users/@me', self);
	server.route('GET', '/users/@me/guilds', () => {
		const { guild } = context;
		if (!guild.invited) return ok([]);
		const permissions = guildPermissions(guild, guild.bot).toString();
		return ok([{ id: guild.id, name: guild.name, icon: null, banner: null, owner: false, permissions, features: [] }]);
	});
	server.route('POST', '/users/@me/channels', (call) => {
		const form = new Form();
		const body = form.field(call.body);
		const id = body.model() ? body.at('recipient_id').snowflake(true) : undefined;
		form.check();
		const member = context.guild.members.get(id ?? '');
		if (!member || member.bot) throw refusal('invalidRecipients');
		return ok(context.messages.openDm(member));
	});
	server.route('GET', '/users/:user', (call) => {
		const id = param(call, 'user');
		// discord.js encodes the @.
		if (id === '@me') return self();
		const member = context.guild.members.get(id) ?? context.guild.departed.get(id);
		if (!member) throw refusal('unknownUser');
		return ok(toUser(member));
	});
}
