/** Keeps a lease or claim alive while work runs. */
export interface Heartbeat {
	/** False once the lease was lost, may have expired or was given up: another process may hold it, so nothing more may be changed. */
	isHeld(): boolean;
	/** Renews at once; {@link isHeld} returns the result. For use after work that blocked the database, and with it the renewals. */
	renew(): Promise<void>;
	/** Renews no more. Work that is still going on, past its deadline, finds the lease lost. */
	stop(): void;
}

/** Renewals within the duration of a lease, so that one lost renewal does not lose it. */
const RENEWALS_PER_LEASE = 3;

/**
 * Renews a lease periodically until stopped.
 * @param renew - resolves to false if another holder took the lease. Errors are ignored: the next renewal may come in time
 * @param seconds - until the lease expires without a renewal
 * @param maxSeconds - after this it is given up, so that work that hangs does not hold it for ever
 */
export function startHeartbeat(renew: () => Promise<boolean>, seconds: number, maxSeconds = Number.POSITIVE_INFINITY): Heartbeat {
	let held = true;
	const startedAt = Date.now();
	let renewedAt = startedAt;
	const stop = () => {
		held = false;
		clearInterval(timer);
	};
	const renewNow = async () => {
		if (Date.now() - startedAt >= maxSeconds * 1000) stop();
		if (!held) return;
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
	return { isHeld: () => held && Date.now() - renewedAt < seconds * 1000, renew: renewNow, stop };
}
