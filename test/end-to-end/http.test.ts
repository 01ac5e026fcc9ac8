import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile } from './operator.js';

/** The endpoint of a bot, over real sockets. */

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 1 }, env: { HTTP_PORT: 0 } });
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
