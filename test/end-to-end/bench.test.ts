import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { CaseResult } from '../../bench/lib/result.js';

const MAIN = join(import.meta.dirname, '../../dist/bench/main.js');

const TIMEOUT_MS = 300_000;

/** Checks no duration: other tests run at the same time. */
it(
	'measures every case at sizes that prove nothing, and writes what it measured',
	async () => {
		const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-test-'));
		onTestFinished(() => rm(folder, { recursive: true, force: true }));
		const file = join(folder, 'bench.json');
		const { stdout } = await promisify(execFile)(process.execPath, ['--enable-source-maps', MAIN, '--tiny', '--json', file]);
		const written = JSON.parse(await readFile(file, 'utf8')) as { scope: string; wallMs: number; cases: CaseResult[] };
		expect(written).toMatchObject({ scope: 'tiny', wallMs: expect.any(Number), machine: { node: process.version } });

		const groups = [...new Set(written.cases.map(({ group }) => group))];
		expect(groups).toHaveLength(10);
		for (const group of groups) expect(stdout).toContain(`### ${group}`);
		for (const each of written.cases) {
			expect(each.size).toBeGreaterThan(0);
			expect(each.wallMs).toBeGreaterThan(0);
			// The bot of these cases is a process of its own.
			if (!each.group.startsWith('Within seconds')) expect(each.peakRssBytes).toBeGreaterThan(0);
			for (const { wallMs, ratio } of each.baselines) expect(ratio).toBeCloseTo(wallMs / each.wallMs);
			expect(each.goals.length).toBeGreaterThan(0);
		}
		const readings = written.cases.filter(({ group }) => group.startsWith('Reading Stripe'));
		expect(readings.map(({ size, name }) => [size, name.split(', ')[1]])).toEqual([
			[100, 'first reading'],
			[100, 'later readings'],
			[300, 'first reading'],
			[300, 'later readings']
		]);
		for (const { requests, boundMs, ratioToBound, wallMs, baselines } of readings) {
			expect(requests).toBeGreaterThan(0);
			// One page or three, at 20 requests a second.
			expect(boundMs).toBeGreaterThanOrEqual(50);
			expect(ratioToBound).toBeCloseTo(wallMs / (boundMs ?? 0));
			expect(baselines).toHaveLength(3);
		}
		expect(written.cases.filter(({ queries }) => queries !== null)).toHaveLength(5);
	},
	TIMEOUT_MS
);
