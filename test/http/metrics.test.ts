import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/http/metrics.js';
import { createDeps, GAUGES } from './fixtures.js';

/** The samples of Reeve's own metrics, as `name{labels}` → value. */
async function scrape(metrics: ReturnType<typeof createMetrics>): Promise<Record<string, number>> {
	const { text } = await metrics.scrape();
	const samples = [...text.matchAll(/^(reeve_\S+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]);
	return Object.fromEntries(samples);
}

const RUN = {
	status: 'COMPLETED',
	hold: null,
	onlyMember: null,
	triggeredBy: 'manual',
	startedAt: new Date('2026-11-28T03:00:00Z'),
	completedAt: new Date('2026-11-28T03:00:07Z')
} as const;

describe('the metrics', () => {
	it('show what the database says at the moment of the scrape', async () => {
		let value = GAUGES;
		const metrics = createMetrics(createDeps({ readGauges: async () => ({ ok: true, value }) }));
		expect(await scrape(metrics)).toMatchObject({
			reeve_last_success_timestamp_seconds: Date.UTC(2026, 10, 28, 3) / 1000,
			reeve_installed_timestamp_seconds: Date.UTC(2026, 0, 1) / 1000,
			reeve_paused: 0,
			'reeve_open_issues{kind="missing_access"}': 13,
			'reeve_open_issues{kind="role_mismatch"}': 0,
			'reeve_open_issues{kind="unlinked"}': 2,
			reeve_holds_open: 1,
			reeve_deliveries_pending: 3,
			reeve_deliveries_failing: 2,
			reeve_deliveries_given_up: 4,
			reeve_changes_queued: 5,
			reeve_events_read_timestamp_seconds: Date.UTC(2026, 10, 28, 2, 59, 50) / 1000
		});
		value = { ...GAUGES, paused: true, open: [], openHolds: 0 };
		expect(await scrape(metrics)).toMatchObject({ reeve_paused: 1, 'reeve_open_issues{kind="missing_access"}': 0, reeve_holds_open: 0 });
	});

	it('leave out what the database does not say, instead of showing 0', async () => {
		let isAway = false;
		const metrics = createMetrics(
			createDeps({ readGauges: async () => (isAway ? { ok: false, error: 'away' } : { ok: true, value: GAUGES }) })
		);
		const stored = (samples: Record<string, number>) =>
			Object.keys(samples).filter((name) => !/^reeve_(ready|runs_total|fixes_total|run_duration_seconds\w*)\b/.test(name));
		expect(stored(await scrape(metrics))).toHaveLength(14);
		isAway = true;
		expect(stored(await scrape(metrics))).toEqual([]);
		isAway = false;
		expect(stored(await scrape(metrics))).toHaveLength(14);
	});

	it('have no time of a success before the first one', async () => {
		const metrics = createMetrics(createDeps({ readGauges: async () => ({ ok: true, value: { ...GAUGES, lastSuccessAt: null } }) }));
		const samples = await scrape(metrics);
		expect(samples).not.toHaveProperty('reeve_last_success_timestamp_seconds');
		expect(samples).toHaveProperty('reeve_installed_timestamp_seconds');
	});

	it('count runs by scope and outcome from 0, with their durations', async () => {
		const metrics = createMetrics(createDeps());
		expect(await scrape(metrics)).toMatchObject({ 'reeve_runs_total{scope="full",outcome="failed"}': 0 });
		metrics.runEnded(RUN);
		metrics.runEnded({ ...RUN, status: 'FAILED' });
		metrics.runEnded({ ...RUN, hold: { reason: 'many', losing: 20, holders: 30 } });
		metrics.runEnded({ ...RUN, onlyMember: '300000000000000001' });
		metrics.runEnded({ ...RUN, triggeredBy: 'targeted', status: 'FAILED' });
		const samples = await scrape(metrics);
		expect(samples).toMatchObject({
			'reeve_runs_total{scope="full",outcome="completed"}': 1,
			'reeve_runs_total{scope="targeted",outcome="failed"}': 1,
			'reeve_runs_total{scope="full",outcome="failed"}': 1,
			'reeve_runs_total{scope="full",outcome="held"}': 1,
			'reeve_runs_total{scope="member",outcome="completed"}': 1,
			'reeve_run_duration_seconds_sum{scope="full"}': 21,
			'reeve_run_duration_seconds_count{scope="member"}': 1
		});
		expect(JSON.stringify(samples)).not.toContain('300000000000000001');
	});

	it('count fixes by outcome', async () => {
		const metrics = createMetrics(createDeps());
		metrics.fixEnded('FIXED');
		metrics.fixEnded('NOT_APPLIED');
		expect(await scrape(metrics)).toMatchObject({
			'reeve_fixes_total{outcome="fixed"}': 1,
			'reeve_fixes_total{outcome="not_applied"}': 1,
			'reeve_fixes_total{outcome="failed"}': 0
		});
	});

	it('say which part is not ready', async () => {
		const metrics = createMetrics(
			createDeps({ checkReadiness: async () => ({ discord: 'Not connected.', database: null, schedule: null }) })
		);
		expect(await scrape(metrics)).toMatchObject({
			'reeve_ready{check="discord"}': 0,
			'reeve_ready{check="database"}': 1,
			'reeve_ready{check="schedule"}': 1
		});
	});

	it('are in a registry of their own, with those of the process', async () => {
		const [one, other] = [createMetrics(createDeps()), createMetrics(createDeps())];
		one.fixEnded('FIXED');
		expect(await scrape(other)).toMatchObject({ 'reeve_fixes_total{outcome="fixed"}': 0 });
		const { text, contentType } = await one.scrape();
		expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
		expect(contentType).toMatch(/^text\/plain/);
	});

	it('are all in docs/http.md, and nothing else is', () => {
		const document = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');
		const documented = [...document.matchAll(/^\| `(reeve_\w+)`/gm)].map(([, name]) => name);
		const own = createMetrics(createDeps())
			.names()
			.filter((name) => name.startsWith('reeve_'));
		expect(documented.sort()).toEqual([...own].sort());
	});
});
