import type { Server } from 'node:http';
import type { APIApplicationCommand, APIMessage, APIRole } from 'discord-api-types/v10';
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
import { permissionNamed } from './guild/permissions.js';
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

/** The sandbox's Discord: one guild, one bot, REST and gateway, and the people who use them. */
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
	/** Serves `/api/v10/…`, and `/attachments/…`, where files can be fetched. */
	public readonly app: Hono;
	private readonly context: Mutable<DiscordContext>;
	private rates: RateLimits;
	private readonly initialLimits: Limits;
	private readonly listeners = new Set<() => void>();

	public constructor(options: DiscordOptions) {
		const clock = new Clock(options.now ?? (() => new Date()));
		const limits = { ...DEFAULT_LIMITS, ...options.limits };
		this.initialLimits = { ...limits };
		// The gateway asks for the guild when there is one to tell of, so it can come first.
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
			readiness: new Readiness(() => gateway.connected),
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

	/** A fresh guild: sessions, messages, commands, interactions and the audit log are gone, and the limits are as at first. */
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

	/** Takes WebSocket upgrades on `/gateway`, and leaves all others alone. */
	public attachGateway(server: Server): void {
		this.context.gateway.attach(server);
	}

	// What people do.

	/**
	 * @param call - `channel` is a name, an ID or `dm`; the admin channel for those who see it, else #general
	 * @throws ControlError 404 for what is not there, 400 for options that the command does not take
	 */
	public command(call: CommandCall): Opened {
		return { interactionId: this.notifyAtDeadline(sendCommand(this.context, call)) };
	}

	/** @throws ControlError 409 with the reason why it cannot be used */
	public click(call: ClickCall): Opened {
		return { interactionId: this.notifyAtDeadline(clickComponent(this.context, call)) };
	}

	/** What Discord would never send: the use of a component that the message does not have, or in a place where it is not. */
	public forge(call: ForgedCall): Opened {
		return { interactionId: this.notifyAtDeadline(forgeComponent(this.context, call)) };
	}

	/** @param call - `interactionId` is the one that opened the modal */
	public modal(call: ModalCall): Opened {
		return { interactionId: this.notifyAtDeadline(submitModal(this.context, call)) };
	}

	public autocomplete(call: AutocompleteCall): Opened {
		return { interactionId: this.notifyAtDeadline(sendAutocomplete(this.context, call)) };
	}

	/** What people can type. */
	public commands(): APIApplicationCommand[] {
		return this.context.commands.usable(this.context.guild.id);
	}

	public interaction(id: string): InteractionView | undefined {
		const found = this.context.interactions.find(id);
		return found && this.context.interactions.view(found);
	}

	/** @param channel - an ID or a name; the admin channel when absent. Oldest first, and without ephemeral ones. */
	public messages(channel: string = IDS.adminChannel): APIMessage[] {
		const found = this.context.guild.channel(channel) ?? this.context.messages.dmChannel(channel);
		if (!found) throw new ControlError(404, `there is no channel ${channel}`);
		return this.context.messages.inChannel(found.id);
	}

	/** What the bot wrote to people of its own accord; answers to commands in a DM are not among them. */
	public dms(): APIMessage[] {
		return this.context.messages.dms();
	}

	/** Whom a message called when it was sent. */
	public pings(messageId: string): Pings {
		return this.context.messages.pings(messageId);
	}

	public guild(): GuildView {
		return viewGuild(this.context.guild);
	}

	/** An operator changes somebody's roles by hand. */
	public changeRoles(call: { user: string; add?: string[]; remove?: string[] }): void {
		const { guild } = this.context;
		const member = this.memberOf(call.user);
		const add = (call.add ?? []).map((name) => this.roleOf(name));
		const remove = (call.remove ?? []).map((name) => this.roleOf(name));
		guild.changeRoles(member, { add, remove, by: guild.operatorId });
	}

	// What happens to the guild.

	public kick(user: string): void {
		const { guild } = this.context;
		guild.leave(this.memberOf(user), { by: guild.operatorId });
	}

	public join(member: NewMember): void {
		const { guild } = this.context;
		if (guild.members.has(member.id)) throw new ControlError(409, `${member.id} is in the guild already`);
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

	public deleteRole(name: string): void {
		this.context.guild.deleteRole(this.roleOf(name));
	}

	public renameRole(name: string, to: string): void {
		this.context.guild.changeRole(this.roleOf(name), { name: to });
	}

	/** @param position - 1 is just above @everyone */
	public moveRole(name: string, position: number): void {
		this.context.guild.moveRole(this.roleOf(name), position);
	}

	/** Other limits from now on, until the next world, with full buckets. */
	public setLimits(limits: Partial<Limits>): void {
		Object.assign(this.context.limits, limits);
		this.rates = new RateLimits(this.context.limits);
	}

	/**
	 * Gives the bot a permission or takes it.
	 * @param permission - `ManageRoles` or `MANAGE_ROLES`
	 * @param channel - only in this channel, when given
	 */
	public setBotPermission(permission: string, on: boolean, channel?: string): void {
		const { guild } = this.context;
		const found = channel === undefined ? undefined : guild.channel(channel);
		if (channel !== undefined && !found) throw new ControlError(404, `there is no channel ${channel}`);
		setBotPermission(guild, permissionNamed(permission), on, found);
	}

	/** The Server Members intent, as it is switched in the developer portal. */
	public setMemberIntent(on: boolean): void {
		this.context.memberIntent = on;
	}

	// Whether the bot is there.

	public get ready(): boolean {
		return this.context.readiness.ready;
	}

	/** Resolves when the bot has identified, has been sent the guild and has its commands registered. */
	public whenReady(signal?: AbortSignal): Promise<void> {
		return this.context.readiness.when(signal);
	}

	/** The bot is about to be started anew: until it has registered its commands again, it is not ready. */
	public expectRestart(): void {
		this.context.readiness.restart();
	}

	/** Tells of anything that may have changed what can be seen here. */
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
		const again = setTimeout(() => this.changed(), this.context.limits.interactionSeconds * 1_000 + 100);
		again.unref();
		return id;
	}

	private changed(): void {
		this.context.readiness.check();
		for (const listener of this.listeners) listener();
	}

	private memberOf(user: string): Member {
		const member = this.context.guild.person(user);
		if (!member) throw new ControlError(404, `there is nobody called ${user} in the guild`);
		return member;
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
