import type { EventEmitter } from 'node:events';
import type { ReeveEvents } from '../events.js';
import type { AttemptStore, RulesStore, RunStore } from '../reconciliation/domain/ports.js';
import type { ReconciliationResult } from '../reconciliation/domain/run.js';
import type { HoldStore } from '../reconciliation/fixes/holds.js';

/** Events for the log and for the bot that Reeve is mounted in, emitted where the core stores what happened. */

export type Emit = <Name extends keyof ReeveEvents>(name: Name, ...args: ReeveEvents[Name]) => void;

/** A listener that throws must not fail the run or the fix: its error is logged. */
export function createEmit(
	events: Pick<EventEmitter<ReeveEvents>, 'emit'> | undefined,
	logger: { error(...values: readonly unknown[]): void }
): Emit {
	return (name, ...args) => {
		try {
			(events?.emit as ((name: string, ...args: readonly unknown[]) => boolean) | undefined)?.call(events, name, ...args);
		} catch (error) {
			logger.error(`A listener of Reeve's event "${name}" failed:`, error);
		}
	};
}

export function emitRun(result: ReconciliationResult, emit: Emit): void {
	emit('run', result);
	for (const issue of result.issues) emit('issue', issue, result);
	if (result.hold !== null) emit('held', result.hold, result.runId);
	if (result.status === 'FAILED') emit('failed', { kind: 'run', result });
}

type Observed = Pick<RunStore, 'startRun'> &
	Pick<AttemptStore, 'endAttempt'> &
	Pick<HoldStore, 'recordHold' | 'releaseHold'> &
	Pick<RulesStore, 'acceptRules'>;

/** The store, which also emits the starts of runs, the ends of fixes and undos, and the holds that operators cause and release. */
export function emittingStore<Store extends Observed>(store: Store, emit: Emit): Store {
	const observed: Observed = {
		startRun: async (start) => {
			const runId = await store.startRun(start);
			if (runId !== null) emit('started', { ...start, runId });
			return runId;
		},
		endAttempt: async (attemptId, end) => {
			const ended = await store.endAttempt(attemptId, end);
			if (ended === null) return null;
			emit('attempt', ended);
			if (ended.kind === 'undo') return ended;
			if (ended.outcome === 'FIXED') emit('fixed', ended);
			if (ended.outcome === 'FAILED' || ended.outcome === 'NOT_APPLIED' || ended.outcome === 'INTERRUPTED')
				emit('failed', { kind: 'fix', fix: ended });
			return ended;
		},
		recordHold: async (refused) => {
			await store.recordHold(refused);
			emit('held', refused, refused.runId);
		},
		releaseHold: async (release) => {
			await store.releaseHold(release);
			const { scope, part, actor, losing } = release;
			emit('released', { scope, part, runId: null, actor, losing });
		},
		acceptRules: async (order) => {
			await store.acceptRules(order);
			const { runId, actor, losing } = order;
			emit('released', { scope: 'rules', runId, actor, losing });
		}
	};
	return { ...store, ...observed };
}
