import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
	ApplicationFlags,
	GatewayCloseCodes as Close,
	GatewayDispatchEvents as Event,
	type GatewayRequestGuildMembersData,
	GatewayIntentBits as Intent,
	GatewayOpcodes as Op
} from 'discord-api-types/v10';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Emit, intentFor, permissionFor } from '../core/events.js';
import { IDS } from '../core/identity.js';
import type { DiscordOptions, Limits } from '../core/options.js';
import type { Guild } from '../guild/guild.js';
import { toUser } from '../guild/members.js';
import { toGuildCreate } from '../guild/payload.js';
import { guildPermissions } from '../guild/permissions.js';
import { isRecord } from '../validate/form.js';
import { Connection, type Payload } from './connection.js';
import { GatewayFaults } from './gateway-faults.js';
import { logPayload, opcodeName } from './log.js';
import { sendMembers, sendRateLimited, wantsEveryone } from './member-chunks.js';
import { Session } from './session.js';

const PATH = '/gateway';
const ALL_INTENTS = Object.values(Intent).reduce<number>((sum, bit) => (typeof bit === 'number' ? sum | bit : sum), 0);
/** A session without a socket expires after this. */
const DETACHED_SESSION_TTL_MS = 60_000;
const DEFAULT_RETRY_AFTER = 30;

export interface GatewayHost {
	readonly options: DiscordOptions;
	readonly limits: Limits;
	guild(): Guild;
	/** Whether the Server Members intent is enabled in the developer portal. */
	memberIntent(): boolean;
	changed(): void;
}

/** The gateway: sockets, resumable sessions and dispatched events. */
export class Gateway {
	private readonly sockets = new WebSocketServer({ noServer: true });
	private readonly sessions = new Map<string, Session>();
	private readonly connections = new Set<Connection>();
	/** Expiry of sessions without a socket. */
	private readonly expiryTimers = new WeakMap<Session, NodeJS.Timeout>();
	private detach: (() => void) | null = null;
	private readonly gatewayFaults: GatewayFaults;
	private closed = false;

	public constructor(private readonly host: GatewayHost) {
		this.gatewayFaults = new GatewayFaults(host.options.faults, this.sessions, {
			onOutageStart: () => this.emit(Event.GuildDelete, { id: host.guild().id, unavailable: true }),
			onOutageEnd: () => {
				for (const session of this.sessions.values()) this.sendGuild(session);
			}
		});
	}

	public readonly emit: Emit = (event, data) => {
		const intent = intentFor(event, data);
		const guild = this.host.guild();
		if (!guild.invited) return;
		const permission = permissionFor(event);
		if (permission !== null && (guildPermissions(guild, guild.bot) & permission) === 0n) return;
		const own = event === Event.GuildMemberUpdate && isRecord(data) && isRecord(data.user) && data.user.id === IDS.bot;
		for (const session of this.sessions.values()) if (own || session.receives(intent)) session.dispatch(event, data);
		this.host.changed();
	};

	/** Whether a session has received the guild, or that it is unavailable. */
	public get connected(): boolean {
		return [...this.sessions.values()].some((session) => session.attached && session.guildSent);
	}

	public attach(server: Server): void {
		const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
			const url = new URL(request.url ?? '/', 'ws://sandbox');
			if (url.pathname.replace(/\/$/, '') !== PATH) return;
			this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.connect(webSocket, url.searchParams));
		};
		server.on('upgrade', upgrade);
		this.detach = () => server.off('upgrade', upgrade);
	}

	/** The bot joins the guild, or is kicked. */
	public setInvited(invited: boolean): void {
		const guild = this.host.guild();
		if (guild.invited === invited) return;
		if (!invited) this.emit(Event.GuildDelete, { id: guild.id });
		guild.invited = invited;
		if (invited) for (const session of this.sessions.values()) this.sendGuild(session);
		this.host.changed();
	}

	/** Drops every session and socket. */
	public drop(): void {
		this.sessions.clear();
		for (const { socket } of this.connections) socket.terminate();
		this.connections.clear();
		this.gatewayFaults.end();
	}

	public close(): void {
		this.closed = true;
		this.detach?.();
		this.drop();
		this.sockets.close();
	}

	private connect(socket: WebSocket, query: URLSearchParams): void {
		let session: Session | null = null;
		const connection: Connection = new Connection(socket, (payload) => {
			logPayload(this.host.options.log, payload);
			session = this.receive(connection, session, payload);
		});
		this.connections.add(connection);
		socket.on('close', () => {
			this.connections.delete(connection);
			if (session?.socket === socket) this.onDetached(session);
			this.host.changed();
		});
		if (query.get('v') !== '10') {
			connection.close(Close.InvalidAPIVersion, 'Invalid API version.');
			return;
		}
		if ((query.get('encoding') ?? 'json') !== 'json' || query.has('compress'))
			connection.close(Close.DecodeError, 'Only uncompressed JSON is supported.');
	}

	/** @returns the session that the socket belongs to afterwards */
	private receive(connection: Connection, session: Session | null, payload: Payload): Session | null {
		if (this.gatewayFaults.interceptPayload(connection, opcodeName(payload.op), PATH)) return session;
		switch (payload.op) {
			case Op.Identify:
				if (session) connection.close(Close.AlreadyAuthenticated, 'Already authenticated.');
				return session ?? this.identify(connection, payload.d);
			case Op.Resume:
				if (session) connection.close(Close.AlreadyAuthenticated, 'Already authenticated.');
				return session ?? this.resume(connection, payload.d);
			case Op.RequestGuildMembers:
				if (session) this.requestMembers(connection, session, payload.d);
				else connection.close(Close.NotAuthenticated, 'Not authenticated.');
				return session;
			case Op.PresenceUpdate:
			case Op.VoiceStateUpdate:
				if (!session) connection.close(Close.NotAuthenticated, 'Not authenticated.');
				return session;
			default:
				connection.close(Close.UnknownOpcode, 'Unknown opcode.');
				return session;
		}
	}

	private identify(connection: Connection, data: unknown): Session | null {
		const { options } = this.host;
		const [guild, memberIntent] = [this.host.guild(), this.host.memberIntent()];
		if (!isRecord(data) || !isRecord(data.properties) || typeof data.intents !== 'number') {
			connection.close(Close.DecodeError, 'Error while decoding payload.');
			return null;
		}
		const { intents, shard } = data;
		const refuse = (code: Close, reason: string) => {
			connection.close(code, reason);
			return null;
		};
		if (data.token !== options.token) return refuse(Close.AuthenticationFailed, 'Authentication failed.');
		if (shard !== undefined && JSON.stringify(shard) !== '[0,1]') return refuse(Close.InvalidShard, 'Invalid shard.');
		if (intents < 0 || (intents & ~ALL_INTENTS) !== 0) return refuse(Close.InvalidIntents, 'Invalid intent(s).');
		const privileged = Intent.GuildPresences | Intent.MessageContent | (memberIntent ? 0 : Intent.GuildMembers);
		if ((intents & privileged) !== 0) return refuse(Close.DisallowedIntents, 'Disallowed intent(s).');

		const session = new Session(connection.socket, intents);
		this.sessions.set(session.id, session);
		session.dispatch(Event.Ready, {
			v: 10,
			user: { ...toUser(guild.bot), verified: true, mfa_enabled: guild.twoFactor.ownerHas, email: null, flags: 0 },
			guilds: guild.invited ? [{ id: guild.id, unavailable: true }] : [],
			session_id: session.id,
			resume_gateway_url: options.gatewayUrl(),
			session_type: 'normal',
			shard: [0, 1],
			application: { id: IDS.application, flags: memberIntent ? ApplicationFlags.GatewayGuildMembersLimited : 0 },
			private_channels: [],
			relationships: [],
			presences: [],
			user_settings: {}
		});
		this.sendGuild(session);
		return session;
	}

	private resume(connection: Connection, data: unknown): Session | null {
		const asked = isRecord(data) ? data : {};
		if (asked.token !== this.host.options.token) {
			connection.close(Close.AuthenticationFailed, 'Authentication failed.');
			return null;
		}
		const session = this.sessions.get(String(asked.session_id));
		const sequence = typeof asked.seq === 'number' ? asked.seq : Number.NaN;
		if (!session?.canReplay(sequence)) {
			if (session) this.sessions.delete(session.id);
			connection.send(Op.InvalidSession, false);
			return null;
		}
		if (session.attached && session.socket !== connection.socket) session.socket?.terminate();
		session.socket = connection.socket;
		session.replay(sequence);
		session.dispatch(Event.Resumed, {});
		this.host.changed();
		return session;
	}

	private requestMembers(connection: Connection, session: Session, data: unknown): void {
		const { limits, options } = this.host;
		const guild = this.host.guild();
		if (!isMemberRequest(data)) {
			connection.close(Close.DecodeError, 'Error while decoding payload.');
			return;
		}
		if (data.guild_id !== guild.id || this.gatewayFaults.outage) return;
		const everyone = wantsEveryone(data);
		if (everyone && !session.receivesMembers) {
			connection.close(Close.DisallowedIntents, 'Disallowed intent(s).');
			return;
		}

		const taken = options.faults.take('gateway', `${opcodeName(Op.RequestGuildMembers)} ${PATH}`);
		const limited = taken.find((fault) => fault.kind === 'rate-limited');
		if (limited) {
			sendRateLimited(session, data, limited.retryAfter ?? DEFAULT_RETRY_AFTER);
			return;
		}
		if (everyone && limits.memberRequestSeconds > 0) {
			const wait = session.lastMemberRequest + limits.memberRequestSeconds * 1_000 - performance.now();
			if (wait > 0) {
				sendRateLimited(session, data, wait / 1_000);
				return;
			}
			session.lastMemberRequest = performance.now();
		}
		if (this.gatewayFaults.applyInsteadOfPayload(taken)) return;
		const latency = Math.max(0, ...taken.filter((fault) => fault.kind === 'latency').map((fault) => fault.ms ?? 0));
		const missing = taken.some((fault) => fault.kind === 'missing-chunk');
		const send = () => void sendMembers(guild, session, data, missing, () => this.closed || this.sessions.get(session.id) !== session);
		if (latency > 0) setTimeout(send, latency);
		else send();
	}

	private sendGuild(session: Session): void {
		session.guildSent = true;
		if (!this.host.guild().invited) this.host.changed();
		else this.sendGuildTo(session);
	}

	private sendGuildTo(session: Session): void {
		if (this.gatewayFaults.outage) session.dispatch(Event.GuildDelete, { id: this.host.guild().id, unavailable: true });
		else if (session.receives(Intent.Guilds)) session.dispatch(Event.GuildCreate, toGuildCreate(this.host.guild()));
		this.host.changed();
	}

	private onDetached(session: Session): void {
		session.socket = null;
		// Cancel the expiry from an earlier disconnect.
		clearTimeout(this.expiryTimers.get(session));
		const absence = setTimeout(() => {
			if (session.socket === null && this.sessions.get(session.id) === session) this.sessions.delete(session.id);
		}, DETACHED_SESSION_TTL_MS);
		this.expiryTimers.set(session, absence.unref());
	}
}

function isMemberRequest(data: unknown): data is GatewayRequestGuildMembersData {
	if (!isRecord(data) || typeof data.guild_id !== 'string') return false;
	const ids = data.user_ids;
	if (ids !== undefined) return typeof ids === 'string' || (Array.isArray(ids) && ids.every((id) => typeof id === 'string'));
	return typeof data.query === 'string' && typeof data.limit === 'number';
}
