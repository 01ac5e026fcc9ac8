import type { SandboxDiscord } from '../services/discord/discord.js';
import type { ScenarioChoice } from '../world/scenario.js';

/** The answer to `GET /api/state`, without secrets. */
export interface SandboxState {
	readonly ok: true;
	/** Whether a world is loaded and the bot has registered its commands. */
	readonly ready: boolean;
	/** Null if a script gave the world. */
	readonly scenario: ScenarioChoice | null;
	/** ISO 8601, as all times here. */
	readonly loadedAt: string | null;
	readonly bot: {
		readonly up: boolean;
		readonly pid: number | null;
		/** Null while it runs. */
		readonly lastExit: { readonly exitCode: number | null; readonly signal: string | null } | null;
		/** Milliseconds from spawning the process to readiness. */
		readonly startMs: number | null;
		readonly startedAt: string | null;
	};
	readonly ports: { readonly http: number; readonly smtp: number };
	readonly ids: SandboxDiscord['ids'];
	/** The bot's settings. */
	readonly env: Readonly<Record<string, string>>;
}
