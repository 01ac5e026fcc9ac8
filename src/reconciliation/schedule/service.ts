import type { Ports, Track } from '../domain/ports.js';
import type { ReconciliationResult, RunSettings } from '../domain/run.js';
import { untilNoChange } from '../fixes/until-no-change.js';
import { type DailySettings, runDailyIfDue } from './daily.js';
import { nextRun } from './next-run.js';
import type { Pause, PauseStore } from './pause.js';

/** The daily schedule: when it is due, and its pauses. */
export interface ScheduleService {
	/** Whether the settings pause it. */
	readonly pausedBySettings: boolean;
	/** Runs the daily reconciliation if it is due. */
	runIfDue(): Promise<ReconciliationResult | null>;
	/** The pause in force. */
	currentPause(): Promise<Pause | null>;
	/** Stops the daily runs. Resolves once that holds for their automatic fixes in progress too. @returns the new pause, and the one it replaces */
	pause(order: Pick<Pause, 'reason' | 'until'> & { readonly actor: string }): Promise<{ pause: Pause; replaced: Pause | null }>;
	/** Ends the pause in force, if there is one. */
	resume(by: { readonly actor: string }): Promise<{ ended: Pause | null; nextRunAt: Date | null }>;
	/** Name of the job queue: one per guild and database, so that other bots on the same Redis do not take its jobs. */
	queueName(): Promise<string>;
}

export function createScheduleService(deps: {
	readonly ports: Ports;
	readonly store: PauseStore;
	readonly run: RunSettings;
	readonly daily: DailySettings;
	readonly guildId: string;
	readonly track: Track;
}): ScheduleService {
	const { ports, store, run, daily, guildId, track } = deps;
	return {
		pausedBySettings: daily.paused,
		runIfDue: () => track(() => runDailyIfDue(ports, run, daily, store)),
		currentPause: () => store.currentPause(ports.now()),
		pause: async ({ actor, reason, until }) => {
			const pause = { pausedAt: ports.now(), pausedBy: actor, reason, until };
			const replaced = await store.startPause(pause);
			await untilNoChange(ports, 'scheduled-run');
			return { pause, replaced };
		},
		resume: async ({ actor }) => {
			const ended = await store.endPause({ actor, at: ports.now() });
			return { ended, nextRunAt: await nextRun(ports, store, daily, null, ports.now()) };
		},
		queueName: async () => `reeve-${guildId}-${(await ports.ledger.installedAt(ports.now())).getTime()}`
	};
}
