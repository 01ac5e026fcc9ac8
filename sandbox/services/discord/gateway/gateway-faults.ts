import { GatewayOpcodes as Op } from 'discord-api-types/v10';
import type { Fault, Faults } from '../../core/faults.js';
import { type Connection, sendOp } from './connection.js';
import type { Session } from './session.js';

const OUTAGE_POLL_MS = 50;
/** What happens by itself, at once, when no payload is named for it. */
const IMMEDIATE_KINDS = new Set(['drop', 'unavailable', 'reconnect', 'invalid-session']);

/** What goes wrong with the gateway when it is asked to. */
export class GatewayFaults {
	/** Whether the guild is out of order. */
	public outage = false;

	public constructor(
		private readonly faults: Faults,
		private readonly sessions: Map<string, Session>,
		private readonly guild: { onOutageStart(): void; onOutageEnd(): void }
	) {
		faults.onAdd((fault) => {
			if (fault.target === 'gateway' && fault.match === undefined) this.apply(fault);
		});
	}

	/** Of faults that were taken for a payload, does the one that takes its place. */
	public applyInsteadOfPayload(taken: readonly Fault[]): boolean {
		const fault = taken.find(({ match, kind }) => match !== undefined && IMMEDIATE_KINDS.has(kind));
		if (fault) this.apply(fault);
		return fault !== undefined;
	}

	/**
	 * Faults that name a payload other than the request for members, which takes its own: an unnamed one for chunks would
	 * otherwise be used up by a heartbeat.
	 */
	public interceptPayload({ socket }: Connection, name: string, path: string): boolean {
		if (name === 'REQUEST_GUILD_MEMBERS') return false;
		const named = this.faults.list().some((fault) => fault.target === 'gateway' && fault.match?.includes(name));
		if (!named) return false;
		const kinds = this.faults.take('gateway', `${name} ${path}`).flatMap(({ match, kind }) => (match === undefined ? [] : [kind]));
		if (kinds.includes('drop')) socket.terminate();
		else if (kinds.includes('reconnect')) sendOp(socket, Op.Reconnect);
		else if (kinds.includes('invalid-session')) sendOp(socket, Op.InvalidSession, false);
		else return false;
		return true;
	}

	/** Back to order, without a word. */
	public end(): void {
		this.outage = false;
	}

	private apply(fault: Fault): void {
		if (fault.kind === 'unavailable') this.breakGuild(fault);
		for (const session of [...this.sessions.values()]) {
			if (fault.kind === 'drop') session.socket?.terminate();
			if (fault.kind === 'invalid-session') this.sessions.delete(session.id);
			if (!session.socket) continue;
			if (fault.kind === 'reconnect') sendOp(session.socket, Op.Reconnect);
			if (fault.kind === 'invalid-session') sendOp(session.socket, Op.InvalidSession, false);
		}
	}

	/** For `ms`, or until the fault is taken back. */
	private breakGuild(fault: Fault): void {
		if (this.outage) return;
		this.outage = true;
		this.guild.onOutageStart();
		const ends = fault.ms === undefined ? Number.POSITIVE_INFINITY : performance.now() + fault.ms;
		const watch = setInterval(() => {
			const over = performance.now() >= ends || !this.faults.list().some(({ id }) => id === fault.id);
			if (this.outage && !over) return;
			clearInterval(watch);
			if (!this.outage) return;
			this.outage = false;
			this.guild.onOutageEnd();
		}, OUTAGE_POLL_MS);
		watch.unref();
	}
}
