import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../lib/call.js';

interface Message {
	readonly id: string;
	readonly embeds: readonly { readonly title?: string }[];
}

/** Looking costs the sandbox little and the bot nothing. */
const LOOK_EVERY_MS = 100;
const WITHIN_MS = 60 * 60_000;

/**
 * Runs `/reconcile run` as the operator, and waits for the report in the admin channel.
 * @returns from the command to the report, in milliseconds
 */
export async function reconcile(url: string): Promise<{ readonly wallMs: number; readonly title: string }> {
	const known = new Set((await messages(url)).map(({ id }) => id));
	const began = performance.now();
	await call(url, 'POST /api/command', { user: 'operator', command: 'reconcile run' });
	for (;;) {
		const report = (await messages(url)).find(({ id, embeds }) => !known.has(id) && embeds[0]?.title !== undefined);
		const wallMs = performance.now() - began;
		const title = report?.embeds[0]?.title;
		if (title?.includes('failed')) throw new Error(`The run failed: ${JSON.stringify(report)}`);
		if (title !== undefined) return { wallMs, title };
		if (wallMs > WITHIN_MS) throw new Error('The run did not come to its report within an hour');
		await sleep(LOOK_EVERY_MS);
	}
}

function messages(url: string): Promise<readonly Message[]> {
	return call<readonly Message[]>(url, 'GET /api/messages');
}
