import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DRIFT_TYPES, type FixOutcome } from '../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../reconciliation/domain/run.js';
import type { Gauges } from '../reconciliation/health/gauges.js';
import { type HttpDeps, READINESS_CHECKS, type Readiness } from './deps.js';

/**
 * The metrics of Reeve, in a registry of their own: the bot that Reeve is mounted in may have others. None has a label with a member, a
 * customer or an operator. Counters begin at 0 with all their labels, because Prometheus sees no increase in a series that has just appeared.
 */

const RUN_SCOPES = ['full', 'member', 'targeted'] as const;
const RUN_OUTCOMES = ['completed', 'held', 'failed'] as const;
const FIX_OUTCOMES = [
	'FIXED',
	'RESOLVED',
	'PLAN_CHANGED',
	'EXEMPT',
	'NOT_APPLIED',
	'FAILED',
	'INTERRUPTED'
] as const satisfies readonly FixOutcome[];
const OPEN_KINDS = [...DRIFT_TYPES, 'UNLINKED'] as const;

/** A run over a hundred members takes a second; one over a million takes ten minutes. */
const DURATION_BUCKETS_SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];

export interface Metrics {
	/** The answer to a scrape, in Prometheus' text format. Never rejects because the database or Discord is away. */
	scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
	/** Metric names, without the suffixes of histograms. */
	names(): readonly string[];
	runEnded(result: Pick<ReconciliationResult, 'status' | 'hold' | 'triggeredBy' | 'onlyMember' | 'startedAt' | 'completedAt'>): void;
	fixEnded(outcome: FixOutcome): void;
}

export function createMetrics({ readGauges, checkReadiness }: Pick<HttpDeps, 'readGauges' | 'checkReadiness'>): Metrics {
	const registry = new Registry();
	collectDefaultMetrics({ register: registry });
	const runs = createRunMetrics(registry);
	const fixes = new Counter({
		name: 'reeve_fixes_total',
		help: 'Attempts to fix an issue that ended in this process, by outcome.',
		labelNames: ['outcome'],
		registers: [registry]
	});
	for (const outcome of FIX_OUTCOMES) fixes.inc({ outcome: outcome.toLowerCase() }, 0);
	const stored = createStoredMetrics(registry);
	const ready = new Gauge({
		name: 'reeve_ready',
		help: 'Whether Reeve can work: 1 if logged in to Discord, if the database answers, and if the schedule runs.',
		labelNames: ['check'],
		registers: [registry]
	});
	return {
		scrape: async () => {
			const [readiness, numbers] = await Promise.all([checkReadiness(), readGauges()]);
			setReadiness(ready, readiness);
			stored(numbers.ok ? numbers.value : null);
			return { contentType: registry.contentType, text: await registry.metrics() };
		},
		names: () => registry.getMetricsAsArray().map(({ name }) => name),
		runEnded: runs,
		fixEnded: (outcome) => fixes.inc({ outcome: outcome.toLowerCase() })
	};
}

function createRunMetrics(registry: Registry): Metrics['runEnded'] {
	const registers = [registry];
	const runs = new Counter({
		name: 'reeve_runs_total',
		help: 'Runs that ended in this process, by scope (full: over all members; member: over one; targeted: after a change) and outcome (held: completed, with fixes on hold).',
		labelNames: ['scope', 'outcome'],
		registers
	});
	const durations = new Histogram({
		name: 'reeve_run_duration_seconds',
		help: 'How long the runs took that ended in this process.',
		labelNames: ['scope'],
		buckets: DURATION_BUCKETS_SECONDS,
		registers
	});
	for (const scope of RUN_SCOPES) {
		durations.zero({ scope });
		for (const outcome of RUN_OUTCOMES) runs.inc({ scope, outcome }, 0);
	}
	return ({ status, hold, triggeredBy, onlyMember, startedAt, completedAt }) => {
		// Also a comparison of everyone after a gap: a failed one is repeated, and posts no report.
		const scope: (typeof RUN_SCOPES)[number] = triggeredBy === 'targeted' ? 'targeted' : onlyMember === null ? 'full' : 'member';
		const outcome: (typeof RUN_OUTCOMES)[number] = status === 'FAILED' ? 'failed' : hold === null ? 'completed' : 'held';
		runs.inc({ scope, outcome });
		durations.observe({ scope }, Math.max(0, completedAt.getTime() - startedAt.getTime()) / 1000);
	};
}

/** The metrics that are read from the database at each scrape. While it does not answer they are left out: a number that is unknown is not 0. */
function createStoredMetrics(registry: Registry): (gauges: Gauges | null) => void {
	const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
		new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
	const lastSuccess = gauge(
		'reeve_last_success_timestamp_seconds',
		'When the newest run over all members that succeeded started. Missing before the first one.'
	);
	const installed = gauge('reeve_installed_timestamp_seconds', 'When Reeve was installed in the server.');
	const paused = gauge('reeve_paused', 'Whether the daily runs are paused: 1 or 0.');
	const open = gauge('reeve_open_issues', 'Open issues, by kind.', ['kind']);
	const holds = gauge('reeve_holds_open', 'Holds on the newest run over all members that no operator has released.');
	const pending = gauge('reeve_deliveries_pending', 'Reports, mails and webhook calls that are not delivered yet.');
	const failing = gauge('reeve_deliveries_failing', 'Of these, those that failed at least once.');
	const givenUp = gauge(
		'reeve_deliveries_given_up',
		'Reports, mails and webhook calls that could not be delivered in three days, since the installation.'
	);
	const queued = gauge('reeve_changes_queued', 'Members and customers that changed and have not been compared yet.');
	const eventsRead = gauge(
		'reeve_events_read_timestamp_seconds',
		"When Stripe's events were last read. Missing while RECONCILIATION_EVENTS_SECONDS is 0."
	);
	const unlabelled = [lastSuccess, installed, paused, holds, pending, failing, givenUp, queued, eventsRead];
	return (numbers) => {
		for (const metric of unlabelled) metric.remove();
		open.reset();
		if (numbers === null) return;
		setTime(lastSuccess, numbers.lastSuccessAt);
		setTime(installed, numbers.installedAt);
		paused.set(numbers.paused ? 1 : 0);
		for (const kind of OPEN_KINDS) open.set({ kind: kind.toLowerCase() }, 0);
		for (const { kind, many } of numbers.open) open.set({ kind: kind.toLowerCase() }, many);
		holds.set(numbers.openHolds);
		pending.set(numbers.deliveries.pending);
		failing.set(numbers.deliveries.failing);
		givenUp.set(numbers.deliveries.givenUp);
		if (numbers.changes === null) return;
		queued.set(numbers.changes.queued);
		setTime(eventsRead, numbers.changes.readAt);
	};
}

function setTime(gauge: Gauge, time: Date | null): void {
	if (time !== null) gauge.set(time.getTime() / 1000);
}

function setReadiness(gauge: Gauge, readiness: Readiness): void {
	for (const check of READINESS_CHECKS) gauge.set({ check }, readiness[check] === null ? 1 : 0);
}
