import { type FixToVerify, verifyFixes } from '../detection/verify-fixes.js';
import type { Ports } from '../domain/ports.js';
import type { ReconciliationResult, RunSettings, Verified } from '../domain/run.js';
import { RunInProgressError, runReconciliation } from './run.js';

/** A verification is pending while fixes may join it, and due until a run completes it. */
export interface VerificationStore {
	/** Whether a verification is due. One whose fixes have all been undone is not. */
	verificationDue(now: Date): Promise<boolean>;
	/** Assigns the due verifications to a run and closes them: later fixes join the next one. */
	beginVerification(runId: string, now: Date): Promise<void>;
	/** The fixes that a run verifies, except undone ones, the newest of each member; and the reports that led to them. */
	fixesToVerify(runId: string): Promise<{ readonly fixes: readonly FixToVerify[]; readonly reports: Verified['reports'] }>;
	/** Reschedules the verifications of a run that failed. */
	postponeVerification(runId: string, dueAt: Date): Promise<void>;
}

const MINUTE_MS = 60_000;

/**
 * Verifies that fixed drift has stayed away, if that is due: a full run that fixes nothing. The database knows what is due, so any
 * process may call this at any time, and an unfinished verification is repeated. A pause of the schedule does not stop it: it belongs to
 * fixes that an operator approved.
 * @param afterMinutes - delay before a failed verification is retried
 * @returns null if nothing is due, or a run is in progress (the next wake-up tries again)
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
				verify: async (runId, snapshot, detection) => {
					const { fixes, reports } = await verifications.fixesToVerify(runId);
					return { fixes: verifyFixes(fixes, snapshot, detection, ports.now()), reports };
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
