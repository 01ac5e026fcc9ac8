import type { PrismaPg } from '@prisma/adapter-pg';

type Pool = ReturnType<Awaited<ReturnType<PrismaPg['connect']>>['underlyingDriver']>;

interface Connection {
	end(): Promise<void>;
}

/** A connection busy for this long runs a long statement, or its server is unresponsive: probe the server. */
const PROBE_AFTER_MS = 5_000;

const CHECK_EVERY_MS = 1_000;

/** Timeout of the probe. */
const PROBE_TIMEOUT_SECONDS = 10;

/**
 * Closes busy connections when the server stops responding, so that callers fail within seconds and later ones get a working
 * connection. A long statement of a responsive server continues.
 * @param probe - queries the server over a separate connection; an error counts as a response
 */
export function closeUnresponsiveConnections(pool: Pool, probe: () => Promise<unknown>): void {
	/** Busy connections, each with the time it was last known to be responsive. */
	const busy = new Map<Connection, number>();
	let probing = false;
	let timer: NodeJS.Timeout | undefined;

	const check = async () => {
		const probedAt = performance.now();
		if (probing || ![...busy.values()].some((since) => probedAt - since > PROBE_AFTER_MS)) return;
		probing = true;
		const unresponsive = await isUnresponsive(probe);
		probing = false;
		for (const [connection, since] of busy) {
			if (since > probedAt) continue;
			if (unresponsive) void connection.end();
			else busy.set(connection, performance.now());
		}
	};
	pool.on('acquire', (connection) => {
		busy.set(connection, performance.now());
		timer ??= setInterval(() => void check(), CHECK_EVERY_MS).unref();
	});
	pool.on('release', (_, connection) => {
		busy.delete(connection);
		if (busy.size > 0) return;
		clearInterval(timer);
		timer = undefined;
	});
}

async function isUnresponsive(probe: () => Promise<unknown>): Promise<boolean> {
	let responded = false;
	const respond = () => {
		responded = true;
	};
	const response = probe().then(respond, respond);
	// In steps of a second, not one timer: after this process blocked its event loop, a response may be waiting behind an expired timer.
	for (let second = 0; second < PROBE_TIMEOUT_SECONDS && !responded; second++) {
		await Promise.race([response, new Promise<void>((resolve) => setTimeout(resolve, 1_000).unref())]);
	}
	return !responded;
}
