import { GatewayOpcodes as Op } from 'discord-api-types/v10';
import type { Fault, Faults } from '../../core/faults.js';
import { type Connection, sendOp } from './connection.js';
import type { Session } from './session.js';

const OUTAGE_POLL_MS = 50;
/** Kinds that take effect at once unless the fault names a payload. */
const IMMEDIATE_KINDS = new Set(['drop', 'close', 'unavailable', 'reconnect', 'invalid-session']);

/** Applies the gateway faults. */
export class GatewayFaults {
	/** Whether the guild is unavailable. */
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

	/** Applies the taken fault that replaces a payload's response, if there is one. @returns whether there was */
	public applyInsteadOfPayload(taken: readonly Fault[]): boolean {
		const fault = taken.find(({ match, kind }) => match !== undefined && IMMEDIATE_KINDS.has(kind));
		if (fault) this.apply(fault);
		return fault !== undefined;
	}

	/**
	 * Applies faults that name this payload. Excludes the request for members, which takes its own faults: a heartbeat would otherwise use
	 * up a fault without `match`. @returns whether the payload was handled
	 */
	public interceptPayload({ socket }: Connection, name: string, path: string): boolean {
		if (name === 'REQUEST_GUILD_MEMBERS') return false;
		const named = this.faults.list().some((fault) => fault.target === 'gateway' && fault.match?.includes(name));
		if (!named) return false;
		const taken = this.faults.take('gateway', `${name} ${path}`).filter(({ match }) => match !== undefined);
		const kinds = taken.map(({ kind }) => kind);
		const close = taken.find(({ kind }) => kind === 'close');
		if (kinds.includes('drop')) socket.terminate();
		else if (close) socket.close(close.status);
		else if (kinds.includes('reconnect')) sendOp(socket, Op.Reconnect);
		else if (kinds.includes('invalid-session')) sendOp(socket, Op.InvalidSession, false);
		else return false;
		return true;
	}

	/** Ends the outage without dispatching anything. */
	public end(): void {
		this.outage = false;
	}

	private apply(fault: Fault): void {
		if (fault.kind === 'unavailable') this.breakGuild(fault);
		for (const session of [...this.sessions.values()]) {
			if (fault.kind === 'drop') session.socket?.terminate();
			if (fault.kind === 'close') session.socket?.close(fault.status);
			if (fault.kind === 'invalid-session') this.sessions.delete(session.id);
			if (!session.socket) continue;
			if (fault.kind === 'reconnect') sendOp(session.socket, Op.Reconnect);
			if (fault.kind === 'invalid-session') sendOp(session.socket, Op.InvalidSession, false);
		}
	}

	/** Makes the guild unavailable for `ms`, or until the fault is cleared. */
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
