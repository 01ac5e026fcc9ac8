import type { Ports } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import { AUTOMATIC } from './attempt.js';
import { type FixOrder, type FixResult, fixIssue } from './fix.js';
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

/** @param autoFix - whether automatic fixes are on: else those are left to an operator */
export async function resumeHalfDone(
	ports: Ports,
	store: HalfDoneStore & UndoStore,
	{ policy, autoFix }: { readonly policy: PolicySettings; readonly autoFix: boolean }
): Promise<ResumedSingles> {
	const fixes: { order: FixOrder; result: FixResult }[] = [];
	const undos: { order: UndoOrder; result: UndoResult }[] = [];
	for (const order of await store.halfDoneFixes()) {
		if (!ports.shouldContinue()) break;
		if (order.actor !== AUTOMATIC || autoFix) fixes.push({ order, result: await fixIssue(ports, policy, order) });
	}
	for (const order of await store.halfDoneUndos()) {
		if (!ports.shouldContinue()) break;
		undos.push({ order, result: await undoFix(ports, store, order) });
	}
	return { fixes, undos };
}
