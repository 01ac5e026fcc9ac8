import type { PrismaPg } from '@prisma/adapter-pg';

type Pool = ReturnType<Awaited<ReturnType<PrismaPg['connect']>>['underlyingDriver']>;

interface Connection {
	end(): Promise<void>;
}

/** A connection at work for so long may be at a long statement, or hear nothing for ever: the server is asked. */
const BUSY_AFTER_MS = 5_000;

const CHECK_EVERY_MS = 1_000;

/** How long the server may take to say that it is there. */
const ANSWER_SECONDS = 10;

/**
 * Ends the connections that are at work when their server falls silent, so that whoever waits hears of it in seconds, and the
 * next one gets a connection that works. A long statement of a server that answers goes on.
 * @param ask - asks the server for a sign of life, over a connection of its own; an error is one too
 */
export function closeUnresponsiveConnections(pool: Pool, ask: () => Promise<unknown>): void {
	/** When each connection at work was last known to be well. */
	const atWork = new Map<Connection, number>();
	let asking = false;
	let timer: NodeJS.Timeout | undefined;

	const look = async () => {
		const askedAt = performance.now();
		if (asking || ![...atWork.values()].some((since) => askedAt - since > BUSY_AFTER_MS)) return;
		asking = true;
		const silent = await isUnresponsive(ask);
		asking = false;
		for (const [connection, since] of atWork) {
			if (since > askedAt) continue;
			if (silent) void connection.end();
			else atWork.set(connection, performance.now());
		}
	};
	pool.on('acquire', (connection) => {
		atWork.set(connection, performance.now());
		timer ??= setInterval(() => void look(), CHECK_EVERY_MS).unref();
	});
	pool.on('release', (_, connection) => {
		atWork.delete(connection);
		if (atWork.size > 0) return;
		clearInterval(timer);
		timer = undefined;
	});
}

async function isUnresponsive(ask: () => Promise<unknown>): Promise<boolean> {
	let answered = false;
	const hear = () => {
		answered = true;
	};
	const asked = ask().then(hear, hear);
	// Second by second: while this process itself is busy for a while, it hears no answer that has come.
	for (let second = 0; second < ANSWER_SECONDS && !answered; second++) {
		await Promise.race([asked, new Promise<void>((resolve) => setTimeout(resolve, 1_000).unref())]);
	}
	return !answered;
}
