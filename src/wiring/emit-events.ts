import type { EventEmitter } from 'node:events';
import type { ReeveEvents } from '../events.js';
import type { OpenIssue } from '../reconciliation/domain/issue.js';
import type { AttemptStore } from '../reconciliation/domain/ports.js';
import type { ReconciliationResult } from '../reconciliation/domain/run.js';
import type { HoldStore } from '../reconciliation/fixes/holds.js';

/** Events for the bot that Reeve is mounted in, emitted where the core stores what happened. */

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

/** The store, which also emits the ends of fixes and the holds that operators cause. Undos have no events. */
export function emittingStore<Store extends Pick<AttemptStore, 'claimIssue' | 'endAttempt' | 'interruptedAttempts'> & HoldStore>(
	store: Store,
	emit: Emit
): Store {
	/** The fixes in progress by attempt. */
	const claimed = new Map<string, { readonly issue: OpenIssue; readonly actor: string }>();
	const observed: Pick<AttemptStore, 'claimIssue' | 'endAttempt' | 'interruptedAttempts'> & Pick<HoldStore, 'recordHold'> = {
		claimIssue: async (issueId, planHash, actor, ...rest) => {
			const result = await store.claimIssue(issueId, planHash, actor, ...rest);
			if (result.kind === 'claimed') claimed.set(result.claim.attemptId, { issue: result.claim.issue, actor });
			return result;
		},
		interruptedAttempts: async (seconds) => {
			const attempts = await store.interruptedAttempts(seconds);
			for (const { attemptId, issue, actor, undoes } of attempts) if (undoes === null) claimed.set(attemptId, { issue, actor });
			return attempts;
		},
		endAttempt: async (attemptId, end) => {
			await store.endAttempt(attemptId, end);
			const attempt = claimed.get(attemptId);
			if (!claimed.delete(attemptId) || attempt === undefined) return;
			const fix = { ...attempt, outcome: end.outcome, error: end.error, at: end.at };
			if (end.outcome === 'FIXED') emit('fixed', fix);
			if (end.outcome === 'FAILED' || end.outcome === 'NOT_APPLIED' || end.outcome === 'INTERRUPTED') emit('failed', { kind: 'fix', fix });
		},
		recordHold: async (refused) => {
			await store.recordHold(refused);
			emit('held', refused, refused.runId);
		}
	};
	return { ...store, ...observed };
}
