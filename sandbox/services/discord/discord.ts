import type { Server } from 'node:http';
import {
	type APIApplicationCommand,
	type APIMessage,
	type APIRole,
	ApplicationCommandType,
	GatewayDispatchEvents
} from 'discord-api-types/v10';
import type { Hono } from 'hono';
import { ControlError } from '../core/control-error.js';
import type { GuildMemberWorld } from '../core/world.js';
import {
	type AutocompleteCall,
	type ClickCall,
	type CommandCall,
	clickComponent,
	type ForgedCall,
	forgeComponent,
	type ModalCall,
	sendAutocomplete,
	sendCommand,
	submitModal
} from './client/client.js';
import type { DiscordContext } from './context/context.js';
import { Readiness } from './context/readiness.js';
import { Clock, IDS } from './core/identity.js';
import { DEFAULT_LIMITS, type DiscordOptions, type Limits } from './core/options.js';
import { Gateway } from './gateway/gateway.js';
import { setBotPermission } from './guild/bot-permission.js';
import { Guild } from './guild/guild.js';
import type { Member } from './guild/members.js';
import { toGatewayGuild } from './guild/payload.js';
import { permissionNamed } from './guild/permissions.js';
import { BONDS, type Bond } from './guild/roles.js';
import { type GuildView, viewGuild } from './guild/view.js';
import { Commands } from './interactions/commands.js';
import { Interactions, type InteractionView } from './interactions/interactions.js';
import { Messages } from './messages/messages.js';
import type { Pings } from './messages/pings.js';
import { RateLimits } from './rest/rate-limits.js';
import { addRoutes } from './rest/routes.js';
import { RestServer } from './rest/server.js';

export type { DiscordOptions, Limits } from './core/options.js';
export type { GuildView } from './guild/view.js';
export type { InteractionView } from './interactions/interactions.js';

type NewMember = Pick<GuildMemberWorld, 'id' | 'username'> & Partial<GuildMemberWorld>;
type Opened = { interactionId: string };
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Emulates Discord: one guild and one bot, REST and gateway. Its methods are the actions of the guild's users. */
export class SandboxDiscord {
	public readonly ids: {
		guildId: string;
		applicationId: string;
		botUserId: string;
		adminChannelId: string;
		generalChannelId: string;
		operatorId: string;
	} = {
		guildId: IDS.guild,
		applicationId: IDS.application,
		botUserId: IDS.bot,
		adminChannelId: IDS.adminChannel,
		generalChannelId: IDS.generalChannel,
		operatorId: IDS.operator
	};
	/** Serves `/api/v10/…`, and attachments at `/attachments/…`. */
	public readonly app: Hono;
	private readonly context: Mutable<DiscordContext>;
	private rates: RateLimits;
	private readonly initialLimits: Limits;
	private readonly listeners = new Set<() => void>();

	public constructor(options: DiscordOptions) {
		const clock = new Clock(options.now ?? (() => new Date()));
		const limits = { ...DEFAULT_LIMITS, ...options.limits };
		this.initialLimits = { ...limits };
		// The gateway reads the guild on demand, so it can be created first.
		const host = {
			options,
			limits,
			guild: (): Guild => this.context.guild,
			memberIntent: (): boolean => this.context.memberIntent,
			changed: () => this.changed()
		};
		const gateway = new Gateway(host);
		const guild = new Guild(clock, gateway.emit, []);
		const messages = new Messages(clock, gateway.emit, guild, () => origin(options));
		this.context = {
			options,
			limits,
			clock,
			gateway,
			readiness: new Readiness(
				() => gateway.connected,
				() => this.context.guild.invited
			),
			guild,
			messages,
			commands: new Commands(clock),
			interactions: new Interactions(clock, limits, messages),
			memberIntent: true
		};
		this.rates = new RateLimits(limits);
		const server = new RestServer(
			options,
			() => this.rates,
			() => this.changed()
		);
		addRoutes(server, this.context);
		this.app = server.app;
	}

	/** Loads a fresh guild: drops sessions, messages, commands, interactions and the audit log, and resets the limits. */
	public load(members: readonly GuildMemberWorld[]): void {
		const { context } = this;
		Object.assign(context.limits, this.initialLimits);
		context.gateway.drop();
		context.readiness.restart();
		context.guild = new Guild(context.clock, context.gateway.emit, members);
		context.messages = new Messages(context.clock, context.gateway.emit, context.guild, () => origin(context.options));
		context.commands = new Commands(context.clock);
		context.interactions = new Interactions(context.clock, context.limits, context.messages);
		context.memberIntent = true;
		this.rates = new RateLimits(context.limits);
		this.ids.operatorId = context.guild.operatorId;
		this.changed();
	}

	/** Handles WebSocket upgrades on `/gateway`; ignores all others. */
	public attachGateway(server: Server): void {
		this.context.gateway.attach(server);
	}

	// User actions.

	/**
	 * @param call - `channel` is a name, an ID or `dm`. Default: the admin channel if the user can see it, else #general.
	 * @throws ControlError 404 for an unknown command, user or channel; 400 for options the command does not take
	 */
	public command(call: CommandCall): Opened {
		return { interactionId: this.notifyAtDeadline(sendCommand(this.context, call)) };
	}

	/** @throws ControlError 409 if the component cannot be used, with the reason */
	public click(call: ClickCall): Opened {
		return { interactionId: this.notifyAtDeadline(clickComponent(this.context, call)) };
	}

	/** Sends an interaction that Discord would never send: for a component the message lacks, or from a different place. */
	public forge(call: ForgedCall): Opened {
		return { interactionId: this.notifyAtDeadline(forgeComponent(this.context, call)) };
	}

	/** @param call - `interactionId` is the interaction that opened the modal */
	public modal(call: ModalCall): Opened {
		return { interactionId: this.notifyAtDeadline(submitModal(this.context, call)) };
	}

	public autocomplete(call: AutocompleteCall): Opened {
		return { interactionId: this.notifyAtDeadline(sendAutocomplete(this.context, call)) };
	}

	/** The commands users can invoke. */
	public commands(): APIApplicationCommand[] {
		return this.context.commands.usable(this.context.guild.id);
	}

	/** The commands in the context menus of users, below "Apps". */
	public userMenuCommands(): APIApplicationCommand[] {
		return this.context.commands.usable(this.context.guild.id, ApplicationCommandType.User);
	}

	public interaction(id: string): InteractionView | undefined {
		const found = this.context.interactions.find(id);
		return found && this.context.interactions.view(found);
	}

	/**
	 * Oldest first, without ephemeral messages.
	 * @param channel - an ID or a name. Default: the admin channel.
	 */
	public messages(channel: string = IDS.adminChannel): APIMessage[] {
		const found = this.context.guild.channel(channel) ?? this.context.messages.dmChannel(channel);
		if (!found) throw new ControlError(404, `there is no channel ${channel}`);
		return this.context.messages.inChannel(found.id);
	}

	/** Direct messages the bot sent, without its responses to commands in a DM. */
	public dms(): APIMessage[] {
		return this.context.messages.dms();
	}

	/** Who was pinged when the message was sent. */
	public pings(messageId: string): Pings {
		return this.context.messages.pings(messageId);
	}

	public guild(): GuildView {
		return viewGuild(this.context.guild);
	}

	/**
	 * A person or a bot changes a member's roles by hand.
	 * @param call.by - who does it; default: the operator. The audit log then names them.
	 * @param call.reason - for the audit log, as bots give it
	 */
	public changeRoles(call: { user: string; add?: string[]; remove?: string[]; by?: string; reason?: string }): void {
		const { guild } = this.context;
		const member = this.memberOf(call.user);
		const by = this.executor(call.by);
		const add = (call.add ?? []).map((name) => this.roleOf(name));
		const remove = (call.remove ?? []).map((name) => this.roleOf(name));
		guild.changeRoles(member, { add, remove, by, reason: call.reason });
	}

	// Guild changes.

	/** @param by - who does it; default: the operator */
	public kick(user: string, by?: string): void {
		this.context.guild.leave(this.memberOf(user), { by: this.executor(by) });
	}

	/** @param by - who does it; default: the operator */
	public ban(user: string, by?: string): void {
		this.context.guild.leave(this.memberOf(user), { by: this.executor(by), banned: true });
	}

	/** A member leaves by themselves: the audit log has no entry. */
	public leave(user: string): void {
		this.context.guild.leave(this.memberOf(user));
	}

	public join(member: NewMember): void {
		const { guild } = this.context;
		if (guild.members.has(member.id)) throw new ControlError(409, `${member.id} is already in the guild`);
		guild.join({ bot: false, operator: false, roles: [], ...member });
	}

	public createRole(role: {
		name: string;
		position?: number;
		managed?: boolean;
		permissions?: string;
		color?: number;
		mentionable?: boolean;
	}): string {
		return this.context.guild.createRole(role).id;
	}

	/** @param by - who does it; default: the operator */
	public deleteRole(name: string, by?: string): void {
		this.context.guild.deleteRole(this.roleOf(name), this.executor(by));
	}

	public renameRole(name: string, to: string): void {
		this.context.guild.changeRole(this.roleOf(name), { name: to });
	}

	/** @param position - 1 is just above @everyone */
	public moveRole(name: string, position: number): void {
		this.context.guild.moveRole(this.roleOf(name), position);
	}

	public createChannel(name: string): string {
		return this.context.guild.createChannel(name).id;
	}

	/** @param by - who does it; default: the operator */
	public deleteChannel(name: string, by?: string): void {
		const { guild } = this.context;
		const channel = guild.channel(name);
		if (!channel) throw new ControlError(404, `there is no channel ${name}`);
		guild.deleteChannel(channel, this.executor(by));
	}

	/** Changes limits until the next `load`. All buckets are refilled. */
	public setLimits(limits: Partial<Limits>): void {
		Object.assign(this.context.limits, limits);
		this.rates = new RateLimits(this.context.limits);
	}

	/**
	 * Grants or revokes a permission of the bot.
	 * @param permission - `ManageRoles` or `MANAGE_ROLES`
	 * @param channel - restricts the change to this channel
	 * @param by - who does it; default: the operator
	 */
	public setBotPermission(permission: string, on: boolean, channel?: string, by?: string): void {
		const { guild } = this.context;
		const found = channel === undefined ? undefined : guild.channel(channel);
		if (channel !== undefined && !found) throw new ControlError(404, `there is no channel ${channel}`);
		setBotPermission(guild, permissionNamed(permission), on, { channel: found, by: this.executor(by) });
	}

	/** Kicks or invites the bot. */
	public setInvited(invited: boolean): void {
		const { commands, gateway, guild } = this.context;
		// Discord forgets a guild's commands with the bot.
		if (!invited) commands.replace(guild.id, []);
		gateway.setInvited(invited);
	}

	/** Binds a role to something by which Discord alone gives it; null makes it an ordinary role. */
	public bindRole(name: string, to: Bond | null): void {
		this.context.guild.changeRole(this.roleOf(name), { tags: to === null ? {} : BONDS[to] });
	}

	/** @param twoFactor.ownerHas - whether the owner of the bot's application has two-factor authentication */
	public setTwoFactor(twoFactor: { required: boolean; ownerHas: boolean }): void {
		const { gateway, guild } = this.context;
		Object.assign(guild.twoFactor, twoFactor);
		gateway.emit(GatewayDispatchEvents.GuildUpdate, toGatewayGuild(guild));
	}

	/** Makes Discord's count of the members differ from their list. */
	public setMemberCountOffset(offset: number): void {
		const { gateway, guild } = this.context;
		guild.countOffset = offset;
		const update = { ...toGatewayGuild(guild), member_count: guild.members.size + offset };
		gateway.emit(GatewayDispatchEvents.GuildUpdate, update);
	}

	/** Switches the privileged Server Members intent, as in the developer portal. */
	public setMemberIntent(on: boolean): void {
		this.context.memberIntent = on;
	}

	// Readiness of the bot.

	public get ready(): boolean {
		return this.context.readiness.ready;
	}

	/** Resolves once the bot has identified, received the guild and registered its commands. */
	public whenReady(signal?: AbortSignal): Promise<void> {
		return this.context.readiness.when(signal);
	}

	/** When the bot last read or wrote its commands, by `performance.now()`; 0 if it never has. */
	public get lastCommandRequestAt(): number {
		return this.context.readiness.lastCommandRequestAt;
	}

	/** The bot is about to restart: not ready until it registers its commands again. */
	public expectRestart(): void {
		this.context.readiness.restart();
	}

	/** Calls the listener after anything that may be visible here has changed. @returns a function that unsubscribes */
	public onChange(listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	public async close(): Promise<void> {
		this.context.readiness.restart();
		this.context.gateway.close();
		this.listeners.clear();
	}

	private notifyAtDeadline({ id }: { id: string }): string {
		setTimeout(() => this.changed(), this.context.limits.interactionSeconds * 1_000 + 100).unref();
		return id;
	}

	private changed(): void {
		this.context.readiness.check();
		for (const listener of this.listeners) listener();
	}

	private memberOf(user: string): Member {
		const member = this.context.guild.person(user);
		if (!member) throw new ControlError(404, `there is no member ${user} in the guild`);
		return member;
	}

	/** Who changes something: a member, or a bot. @param user - default: the operator */
	private executor(user: string | undefined): string {
		return user === undefined ? this.context.guild.operatorId : this.memberOf(user).id;
	}

	private roleOf(name: string): APIRole {
		const role = this.context.guild.role(name);
		if (!role)
			throw new ControlError(
				404,
				`there is no role ${name}; there are ${[...this.context.guild.roles.values()].map((each) => each.name).join(', ')}`
			);
		return role;
	}
}

function origin({ gatewayUrl }: DiscordOptions): string {
	return new URL(gatewayUrl().replace(/^ws/, 'http')).origin;
}
