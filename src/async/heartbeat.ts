/** A right that expires with its holder, renewed for as long as the work lasts. */
export interface Heartbeat {
	/** False once a renewal has failed: somebody else may hold it by now, so nothing more may be changed on its strength. */
	isHeld(): boolean;
	/** Renews it now, whatever comes of it: {@link isHeld} tells. For when something long has kept the database from answering. */
	renew(): Promise<void>;
	stop(): void;
}

/** Renewed this many times within its life, so that one lost renewal does not lose it. */
const RENEWALS_PER_LEASE = 3;

/**
 * Renews a right until it is stopped.
 * @param renew - false, or an error, means that it is lost
 * @param seconds - how long it lives without a renewal
 */
export function startHeartbeat(renew: () => Promise<boolean>, seconds: number): Heartbeat {
	let held = true;
	let renewedAt = Date.now();
	const renewNow = async () => {
		// A slow answer must not make the right look younger than it is.
		const askedAt = Date.now();
		try {
			if (await renew()) renewedAt = Math.max(renewedAt, askedAt);
			else held = false;
		} catch {
			// A database that is away for a moment may be back before the right expires; `held` goes by the clock meanwhile.
		}
	};
	const timer = setInterval(renewNow, (seconds * 1000) / RENEWALS_PER_LEASE);
	timer.unref();
	return { isHeld: () => held && Date.now() - renewedAt < seconds * 1000, renew: renewNow, stop: () => clearInterval(timer) };
}
