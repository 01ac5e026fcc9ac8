/** Keeps a lease or claim alive while work runs. */
export interface Heartbeat {
	/** False once the lease was lost or may have expired: another process may hold it, so nothing more may be changed. */
	isHeld(): boolean;
	/** Renews at once; {@link isHeld} returns the result. For use after work that blocked the database, and with it the renewals. */
	renew(): Promise<void>;
	stop(): void;
}

/** Renewals within the duration of a lease, so that one lost renewal does not lose it. */
const RENEWALS_PER_LEASE = 3;

/**
 * Renews a lease periodically until stopped.
 * @param renew - resolves to false if another holder took the lease. Errors are ignored: the next renewal may come in time
 * @param seconds - until the lease expires without a renewal
 */
export function startHeartbeat(renew: () => Promise<boolean>, seconds: number): Heartbeat {
	let held = true;
	let renewedAt = Date.now();
	const renewNow = async () => {
		// The database counts from when it receives the renewal: not the arrival of its answer, which may be slow.
		const requestedAt = Date.now();
		try {
			if (await renew()) renewedAt = Math.max(renewedAt, requestedAt);
			else held = false;
		} catch {
			// The database may be back before the lease expires; until then the clock decides.
		}
	};
	const timer = setInterval(renewNow, (seconds * 1000) / RENEWALS_PER_LEASE);
	timer.unref();
	return { isHeld: () => held && Date.now() - renewedAt < seconds * 1000, renew: renewNow, stop: () => clearInterval(timer) };
}
