import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile } from './operator.js';

/** The endpoint of a bot, over real sockets. */

const TOKEN = 'a-token-of-25-characters-';
const SECRET = 'whsec_0123456789abcdefghijklmnopqrstuv';

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await Sandbox.start({
		world: { scenario: 'council', seed: 1 },
		env: { HTTP_PORT: 0, HTTP_TOKEN: TOKEN, STRIPE_WEBHOOK_SECRET: SECRET, RECONCILIATION_EVENTS_SECONDS: 3_600 }
	});
});
afterAll(() => sandbox?.stop());

/** Of the newest start. */
function endpoint(): string {
	const [, url] = /The HTTP endpoint listens on (\S+)\.$/.exec(sandbox.log().findLast((line) => line.includes('listens on')) ?? '') ?? [];
	if (url === undefined) throw new Error('The log names no HTTP endpoint.');
	return url;
}

const scrape = async (name: string) => {
	const text = await (await fetch(`${endpoint()}/metrics`)).text();
	return Number(
		text
			.split('\n')
			.find((line) => line.startsWith(`${name} `))
			?.split(' ')[1]
	);
};

interface Answer {
	readonly runs?: readonly object[];
	readonly issues?: readonly { readonly id: string }[];
}

/** Runs the curl commands of docs/http.md, in their order, each when the run before it has ended. @returns command → output */
async function runExamples(): Promise<ReadonlyMap<string, string>> {
	const document = readFileSync(join(import.meta.dirname, '../../docs/http.md'), 'utf8');
	const commands = [...document.matchAll(/```sh\n((?:[A-Z]+=[^\n]*\n)*curl .*?)```/gs)].map(([, command = '']) => command);
	const [issue] = await sandbox.issues('OPEN');
	const env: Record<string, string> = {
		PATH: process.env.PATH ?? '',
		REEVE_URL: endpoint(),
		REEVE_TOKEN: TOKEN,
		STRIPE_WEBHOOK_SECRET: SECRET,
		CUSTOMER_ID: 'cus_1',
		DISCORD_ID: issue?.discordId ?? '',
		CURSOR: '0'
	};
	const outputs = new Map<string, string>();
	for (const command of commands) {
		const { stdout } = await promisify(execFile)('bash', ['-c', command], { env });
		outputs.set(command, stdout);
		if (!command.includes('--request POST') || !command.includes('/runs"')) continue;
		const { id } = JSON.parse(stdout) as { id: string };
		env.RUN_ID ??= id;
		await sandbox.until(async () => (await sandbox.runs(10)).find((run) => run.id === id)?.completedAt);
	}
	return outputs;
}

describe('the HTTP endpoint of a bot', () => {
	it('is ready when the bot is, and counts its runs and open issues', async () => {
		expect(new URL(endpoint()).hostname).toBe('127.0.0.1');
		await sandbox.until(async () => (await fetch(`${endpoint()}/readyz`)).ok);
		expect(await scrape('reeve_last_success_timestamp_seconds')).toBeNaN();
		const { run } = await reconcile(sandbox);
		expect(await scrape('reeve_runs_total{scope="full",outcome="completed"}')).toBe(1);
		expect(await scrape('reeve_last_success_timestamp_seconds')).toBe(Date.parse(run.startedAt) / 1000);
		const missing = (await sandbox.issues('OPEN')).filter(({ type, detail }) => {
			return type === 'MISSING_ACCESS' && (detail as { linked?: boolean } | null)?.linked !== false;
		});
		expect(missing.length).toBeGreaterThan(0);
		expect(await scrape('reeve_open_issues{kind="missing_access"}')).toBe(missing.length);
	});

	it('answers every example of docs/http.md as the page says, and the report says how the run was started', async () => {
		const outputs = await runExamples();
		expect(outputs.size).toBe(12);
		const started = [...outputs]
			.filter(([command]) => command.includes('--request POST') && command.includes('/runs"'))
			.map(([, out]) => out);
		const [first, second] = started.map((out) => (JSON.parse(out) as { id: string }).id);
		expect(started.map((out) => Object.keys(JSON.parse(out) as object))).toEqual([['id'], ['id']]);
		const runs = await sandbox.runs(10);
		expect(runs.find(({ id }) => id === first)).toMatchObject({ status: 'COMPLETED', requestedBy: 'http', onlyMember: null });
		expect(runs.find(({ id }) => id === second)).toMatchObject({ status: 'COMPLETED', requestedBy: 'http' });
		const outputOf = (part: string) => JSON.parse([...outputs].find(([command]) => command.includes(part))?.[1] ?? '') as Answer;
		expect(outputOf('/runs/$RUN_ID')).toMatchObject({ id: first, requestedBy: 'http' });
		expect(outputOf('/runs?limit=5').runs?.length).toBeGreaterThan(2);
		expect(outputOf('type=missing_access').issues?.length).toBeGreaterThan(5);
		expect(outputOf('/check').runs).toMatchObject([{ status: 'completed', requestedBy: 'http' }]);
		expect(outputOf('/stripe/events')).toEqual({ received: true });
		expect(outputOf('/openapi.json')).toMatchObject({ openapi: '3.1.0' });
		await sandbox.until(() => sandbox.messages().some(({ embeds }) => embeds[0]?.description?.includes('started over HTTP')));
	});

	it('refuses a second run while one is in progress, and everything without the token', async () => {
		const post = (token: string) => fetch(`${endpoint()}/runs`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
		expect((await post('another-token-of-25-chars')).status).toBe(401);
		const before = (await sandbox.runs(50)).length;
		// Slow enough that the second request meets the first run.
		sandbox.stripe.setLatency(2_000);
		try {
			const { id } = (await (await post(TOKEN)).json()) as { id: string };
			const second = await post(TOKEN);
			expect([second.status, await second.json()]).toMatchObject([409, { error: { code: 'run_in_progress' } }]);
			const running = await fetch(`${endpoint()}/runs/${id}`, { headers: { authorization: `Bearer ${TOKEN}` } });
			expect(await running.json()).toMatchObject({ status: 'running', completedAt: null });
			await sandbox.until(async () => (await sandbox.runs(50)).find((run) => run.id === id)?.completedAt);
		} finally {
			sandbox.stripe.setLatency(0);
		}
		expect((await sandbox.runs(50)).length).toBe(before + 1);
	});

	it('is left out in one sentence where the port is in use, and the bot works without it', async () => {
		await sandbox.restart('SIGTERM', { HTTP_PORT: String(sandbox.port) });
		expect(sandbox.log().filter((line) => line.includes('HTTP endpoint could not start'))).toEqual([
			expect.stringMatching(
				new RegExp(
					`ERROR - The HTTP endpoint could not start, and Reeve goes on without it: port ${sandbox.port} is in use\\. Set HTTP_PORT`
				)
			)
		]);
		expect((await reconcile(sandbox)).run.status).toBe('COMPLETED');
	});
});
