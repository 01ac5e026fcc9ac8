import { randomBytes } from 'node:crypto';
import { GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import type { WebSocket } from 'ws';

/** Replay buffer limits. A session that needs older events cannot be resumed. */
const MAX_REPLAY_EVENTS = 5_000;
const MAX_REPLAY_BYTES = 32 * 1024 * 1024;
/** Chunks wait while the socket has more than this buffered. */
const BACK_PRESSURE_BYTES = 4 * 1024 * 1024;
const BACK_PRESSURE_POLL_MS = 10;

/** One identified bot session. It outlives its socket and buffers what it dispatched, so that it can be resumed. */
export class Session {
	public readonly id = randomBytes(16).toString('hex');
	public socket: WebSocket | null;
	public guildSent = false;
	/** When all members were last requested, for the rate limit. */
	public lastMemberRequest = Number.NEGATIVE_INFINITY;
	private sequence = 0;
	private replayBuffer: { sequence: number; text: string }[] = [];
	private replayBytes = 0;

	public constructor(
		socket: WebSocket,
		public readonly intents: number
	) {
		this.socket = socket;
	}

	public get attached(): boolean {
		return this.socket !== null && this.socket.readyState === this.socket.OPEN;
	}

	public receives(intent: number): boolean {
		return intent === 0 || (this.intents & intent) !== 0;
	}

	public get receivesMembers(): boolean {
		return this.receives(GatewayIntentBits.GuildMembers);
	}

	public dispatch(event: string, data: unknown): void {
		this.sequence += 1;
		const text = JSON.stringify({ op: GatewayOpcodes.Dispatch, t: event, s: this.sequence, d: data });
		this.keep(text);
		if (this.attached) this.socket?.send(text);
	}

	/** Whether the buffer still has everything after `sequence`. */
	public canReplay(sequence: number): boolean {
		const oldest = this.replayBuffer[0]?.sequence ?? this.sequence + 1;
		return sequence <= this.sequence && sequence >= oldest - 1;
	}

	public replay(sequence: number): void {
		for (const { sequence: at, text } of this.replayBuffer) if (at > sequence) this.socket?.send(text);
	}

	/** Resolves once the socket can take more, so that large member lists never accumulate as text in memory. */
	public async drained(): Promise<void> {
		await new Promise((resolve) => setImmediate(resolve));
		while (this.attached && (this.socket?.bufferedAmount ?? 0) > BACK_PRESSURE_BYTES) {
			await new Promise((resolve) => setTimeout(resolve, BACK_PRESSURE_POLL_MS));
		}
	}

	private keep(text: string): void {
		this.replayBuffer.push({ sequence: this.sequence, text });
		this.replayBytes += text.length;
		let dropped = 0;
		while (
			this.replayBuffer.length - dropped > 1 &&
			(this.replayBuffer.length - dropped > MAX_REPLAY_EVENTS || this.replayBytes > MAX_REPLAY_BYTES)
		) {
			this.replayBytes -= this.replayBuffer[dropped]?.text.length ?? 0;
			dropped += 1;
		}
		if (dropped > 0) this.replayBuffer = this.replayBuffer.slice(dropped);
	}
}
