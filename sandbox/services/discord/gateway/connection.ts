import { GatewayCloseCodes as Close, GatewayOpcodes as Op } from 'discord-api-types/v10';
import type { WebSocket } from 'ws';
import { isRecord } from '../validate/form.js';

const HEARTBEAT_INTERVAL_MS = 41_250;
const MAX_PAYLOAD_BYTES = 4_096;
const MAX_SENDS = 120;
const SENDS_WINDOW_MS = 60_000;

export interface Payload {
	op: number;
	d: unknown;
}

/** One socket: sends hello, enforces heartbeats, payload size and send rate, and passes payloads on. */
export class Connection {
	private sends: number[] = [];
	private heartbeat: NodeJS.Timeout | null = null;

	public constructor(
		public readonly socket: WebSocket,
		private readonly receive: (payload: Payload) => void
	) {
		socket.on('message', (data, binary) => this.read(data.toString(), binary));
		socket.on('close', () => this.heartbeat && clearTimeout(this.heartbeat));
		socket.on('error', () => socket.terminate());
		this.expectHeartbeat();
		this.send(Op.Hello, { heartbeat_interval: HEARTBEAT_INTERVAL_MS });
	}

	public send(op: Op, data?: unknown): void {
		sendOp(this.socket, op, data);
	}

	public close(code: Close, reason: string): void {
		this.socket.close(code, reason);
	}

	private read(text: string, binary: boolean): void {
		if (this.socket.readyState !== this.socket.OPEN) return;
		if (Buffer.byteLength(text) > MAX_PAYLOAD_BYTES) {
			this.close(Close.DecodeError, 'Payload too large.');
			return;
		}
		const now = performance.now();
		this.sends = [...this.sends.filter((at) => now - at < SENDS_WINDOW_MS), now];
		if (this.sends.length > MAX_SENDS) {
			this.close(Close.RateLimited, 'You are being rate limited.');
			return;
		}
		const payload = binary ? undefined : parse(text);
		if (!payload) {
			this.close(Close.DecodeError, 'Error while decoding payload.');
			return;
		}
		if (payload.op === Op.Heartbeat) {
			this.expectHeartbeat();
			this.send(Op.HeartbeatAck);
		} else this.receive(payload);
	}

	private expectHeartbeat(): void {
		if (this.heartbeat) clearTimeout(this.heartbeat);
		this.heartbeat = setTimeout(() => this.close(Close.SessionTimedOut, 'Session timed out.'), HEARTBEAT_INTERVAL_MS * 2);
		this.heartbeat.unref();
	}
}

/** Sends any payload except dispatches, which are numbered per session. */
export function sendOp(socket: WebSocket, op: Op, data?: unknown): void {
	if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ op, t: null, s: null, d: data ?? null }));
}

function parse(text: string): Payload | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isRecord(value) && typeof value.op === 'number' ? { op: value.op, d: value.d } : undefined;
	} catch {
		return undefined;
	}
}
