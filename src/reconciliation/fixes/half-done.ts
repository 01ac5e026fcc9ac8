import type { Ports } from '../domain/ports.js';
import type { RunSettings } from '../domain/run.js';
import { AUTOMATIC } from './attempt.js';
import { type FixOrder, type FixResult, fixIssue } from './fix.js';
import { lookUpOnce } from './unaccepted-rules.js';
import { type UndoOrder, type UndoResult, type UndoStore, undoFix } from './undo.js';

/** Single fixes and undos that were stopped halfway: the next process does the rest of what was ordered. */

/** Only of the last hour: later the operator no longer expects it, and the report shows what is open. */
export interface HalfDoneStore {
	/** Fixes whose last attempt was interrupted, and whose attempts may have changed roles. */
	halfDoneFixes(): Promise<readonly FixOrder[]>;
	/** The same for undos, unless an operator has ended or replaced their exemption. */
	halfDoneUndos(): Promise<readonly UndoOrder[]>;
}

export interface ResumedSingles {
	readonly fixes: readonly { readonly order: FixOrder; readonly result: FixResult }[];
	readonly undos: readonly { readonly order: UndoOrder; readonly result: UndoResult }[];
}

/** @param settings.autoFix - whether automatic fixes are on: else those are left to an operator */
export async function resumeHalfDone(
	ports: Ports,
	store: HalfDoneStore & UndoStore,
	settings: Pick<RunSettings, 'policy' | 'discordIdKey' | 'autoFix'>
): Promise<ResumedSingles> {
	const fixes: { order: FixOrder; result: FixResult }[] = [];
	const undos: { order: UndoOrder; result: UndoResult }[] = [];
	const unaccepted = lookUpOnce(ports, settings);
	for (const order of await store.halfDoneFixes()) {
		if (!ports.shouldContinue()) break;
		const isAutomatic = order.actor === AUTOMATIC;
		if (isAutomatic && !settings.autoFix) continue;
		fixes.push({ order, result: await fixIssue(ports, settings.policy, isAutomatic ? { ...order, unaccepted } : order) });
	}
	for (const order of await store.halfDoneUndos()) {
		if (!ports.shouldContinue()) break;
		undos.push({ order, result: await undoFix(ports, store, order) });
	}
	return { fixes, undos };
}
