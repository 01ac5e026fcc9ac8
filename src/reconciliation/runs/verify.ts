import { type FixToVerify, verifyFixes } from '../detection/verify-fixes.js';
import type { Ports } from '../domain/ports.js';
import type { ReconciliationResult, RunSettings, Verified } from '../domain/run.js';
import { RunInProgressError, runReconciliation } from './run.js';

/** What verifying asks of the database. A verification is open to fixes while it is pending, and undone until a run has done it. */
export interface VerificationStore {
	/** Whether a verification is due at that moment. One whose fixes have all been undone is done by that, and is not due. */
	verificationDue(now: Date): Promise<boolean>;
	/** Gives the due ones to a run, and closes them to fixes: what is fixed from now on is the next verification's. */
	beginVerification(runId: string, now: Date): Promise<void>;
	/** The fixes that a run looks after, but for those that are undone: of each person the newest. And the reports that led to them. */
	fixesToVerify(runId: string): Promise<{ readonly fixes: readonly FixToVerify[]; readonly reports: Verified['reports'] }>;
	/** Has what a run did not do tried again at that moment. */
	postponeVerification(runId: string, dueAt: Date): Promise<void>;
}

const MINUTE_MS = 60_000;

/**
 * Looks whether the drift of fixes has stayed gone, if that is due: compares everything, fixes nothing. What is due is in the database,
 * so it may be asked at any time and in any process, and one that was begun and not finished is done again. It happens while the
 * schedule is paused, too: it belongs to what an operator has fixed.
 * @param afterMinutes - when a verification that fails is tried again
 * @returns null if nothing was due, or a run is under way (the next wake-up looks again)
 */
export async function verifyIfDue(
	ports: Ports,
	verifications: VerificationStore,
	settings: RunSettings,
	afterMinutes: number
): Promise<ReconciliationResult | null> {
	if (!(await verifications.verificationDue(ports.now()))) return null;
	try {
		const result = await runReconciliation(
			ports,
			settings,
			{ isVerificationRerun: true, triggeredBy: 'verification' },
			{
				isDue: () => verifications.verificationDue(ports.now()),
				begin: (runId) => verifications.beginVerification(runId, ports.now()),
				verify: async (runId, picture, detection) => {
					const { fixes, reports } = await verifications.fixesToVerify(runId);
					return { fixes: verifyFixes(fixes, picture, detection, ports.now()), reports };
				}
			}
		);
		if (result?.status === 'FAILED') {
			await verifications.postponeVerification(result.runId, new Date(ports.now().getTime() + afterMinutes * MINUTE_MS));
		}
		return result;
	} catch (error) {
		if (error instanceof RunInProgressError) return null;
		throw error;
	}
}
