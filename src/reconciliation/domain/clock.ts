/** This machine's clock beside a service's. Grace periods, pauses and the schedule are computed from it. */

export interface ClockReading {
	/** Whose clock, as the operator reads it: `Stripe`, `the database`. */
	readonly service: string;
	/** The service's, when it sent a response. */
	readonly theirs: Date;
	/** This machine's, when the response arrived. */
	readonly ours: Date;
}

/** The `Date` header has whole seconds, and a response travels for some; no grace period depends on two minutes. */
export const MAX_CLOCK_SKEW_MS = 120_000;

const UNITS = [
	['day', 86_400_000],
	['hour', 3_600_000],
	['minute', 60_000],
	['second', 1_000]
] as const;

/** Milliseconds between the two clocks, never negative. */
export function clockSkewMs({ theirs, ours }: ClockReading): number {
	return Math.abs(theirs.getTime() - ours.getTime());
}

/** `This machine's clock is 40 days ahead of Stripe's` */
export function describeSkew(reading: ClockReading): string {
	const skewMs = clockSkewMs(reading);
	const [unit, unitMs] = UNITS.find(([, ms]) => skewMs >= 2 * ms) ?? (['second', 1_000] as const);
	const count = Math.round(skewMs / unitMs);
	return `This machine's clock is ${count} ${unit}${count === 1 ? '' : 's'} ${reading.ours > reading.theirs ? 'ahead of' : 'behind'} ${reading.service}'s`;
}

/** Why nothing may be decided by this clock, and what to do about it; null if it is right. */
export function clockProblem(reading: ClockReading): string | null {
	if (clockSkewMs(reading) <= MAX_CLOCK_SKEW_MS) return null;
	return `${describeSkew(reading)}. Grace periods would end at the wrong time, so nothing was changed. Set the clock of the machine that Reeve runs on and turn on time synchronization (NTP), then run again.`;
}
