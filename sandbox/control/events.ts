import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SandboxEnvironment } from '../environment/environment.js';

/** `GET /api/events`: says what has changed, so that a page reads just that again. */

/** How often it is compared. Changes within this time are one event. */
const COMPARE_MS = 100;

interface Subject {
	/** Differs after a change. */
	readonly version: () => number | string;
	/** Shortest time between two events, where reading costs much. */
	readonly everyMs?: number;
}

export function addEvents(app: Hono, environment: SandboxEnvironment): void {
	app.get('/api/events', (c) =>
		streamSSE(c, async (stream) => {
			let discordChanges = 0;
			const unsubscribe = environment.discord.onChange(() => {
				discordChanges += 1;
			});
			stream.onAbort(unsubscribe);
			const all = Object.entries(subjects(environment, () => discordChanges));
			const sent = new Map<string, { version: number | string; at: number }>();
			while (!stream.aborted && !stream.closed) {
				for (const [event, { version, everyMs = 0 }] of all) {
					const last = sent.get(event);
					const now = { version: version(), at: Date.now() };
					if (last && (last.version === now.version || now.at - last.at < everyMs)) continue;
					sent.set(event, now);
					await stream.writeSSE({ event, data: '' });
				}
				await stream.sleep(COMPARE_MS);
			}
			unsubscribe();
		})
	);
}

function subjects(environment: SandboxEnvironment, discordChanges: () => number): Record<string, Subject> {
	const { bot, stripe, mail, faults, log } = environment;
	return {
		messages: { version: discordChanges },
		// A large guild has a long list of members.
		guild: { version: discordChanges, everyMs: 2_000 },
		stripe: { version: () => stripe.changes },
		inbox: { version: () => mail.inbox().at(-1)?.id ?? '' },
		faults: { version: () => JSON.stringify([faults.list(), stripe.allowed]) },
		requests: { version: () => log.list().at(-1)?.n ?? 0, everyMs: 1_000 },
		bot: { version: () => `${bot.pid} ${environment.ready}` },
		log: { version: () => bot.log.count, everyMs: 1_000 }
	};
}
