import { type Client, RequestMethod, Routes } from 'discord.js';
import { raceTimeout } from '../async/timeout.js';
import { type ClockReading, clockProblem } from '../reconciliation/domain/clock.js';

/** An operator may be waiting, and Stripe's clock is compared as well. */
const TIMEOUT_MS = 3_000;

/** Compares this machine's clock with Discord's, by one small request. @returns why it is wrong; null if it is right or Discord does not answer */
export async function discordClockProblem(client: Client): Promise<string | null> {
	const reading = await raceTimeout(TIMEOUT_MS, readClock(client), null).catch(() => null);
	return reading === null ? null : clockProblem(reading);
}

async function readClock({ rest }: Client): Promise<ClockReading | null> {
	const { headers } = await rest.queueRequest({ method: RequestMethod.Get, fullRoute: Routes.gateway(), auth: false });
	const theirs = new Date(headers.get('date') ?? '');
	return Number.isNaN(theirs.getTime()) ? null : { service: 'Discord', theirs, ours: new Date() };
}
