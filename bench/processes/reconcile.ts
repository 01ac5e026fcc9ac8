import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../lib/call.js';

interface Message {
	readonly id: string;
	readonly embeds: readonly { readonly title?: string }[];
}

/** Polling costs the sandbox little and the bot nothing. */
const POLL_INTERVAL_MS = 100;
const REPORT_TIMEOUT_MS = 60 * 60_000;

/**
 * Runs `/reconcile run` as the operator and waits for the report in the admin channel.
 * @returns the report's title, and the milliseconds from the command to the report
 */
export async function reconcile(url: string): Promise<{ readonly wallMs: number; readonly title: string }> {
	const known = new Set((await messages(url)).map(({ id }) => id));
	const startedAt = performance.now();
	await call(url, 'POST /api/command', { user: 'operator', command: 'reconcile run' });
	for (;;) {
		const report = (await messages(url)).find(({ id, embeds }) => !known.has(id) && embeds[0]?.title !== undefined);
		const wallMs = performance.now() - startedAt;
		const title = report?.embeds[0]?.title;
		if (title?.includes('failed')) throw new Error(`The run failed: ${JSON.stringify(report)}`);
		if (title !== undefined) return { wallMs, title };
		if (wallMs > REPORT_TIMEOUT_MS) throw new Error('The run posted no report within an hour.');
		await sleep(POLL_INTERVAL_MS);
	}
}

function messages(url: string): Promise<readonly Message[]> {
	return call<readonly Message[]>(url, 'GET /api/messages');
}
