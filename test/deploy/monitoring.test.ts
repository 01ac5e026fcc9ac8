import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/http/metrics.js';
import { createDeps } from '../http/fixtures.js';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../deploy', name), 'utf8');

interface Rule {
	readonly alert: string;
	readonly expr: string;
	readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
	readonly title: string;
	readonly targets: readonly { readonly expr: string }[];
}

const { groups } = parse(read('alerts.yaml')) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read('grafana-dashboard.json')) as { panels: readonly Panel[] };

/** The names of all series of a scrape, and for each label its values. */
async function exposed(): Promise<{ series: ReadonlySet<string>; text: string }> {
	const { text } = await createMetrics(createDeps()).scrape();
	return { series: new Set([...text.matchAll(/^([a-z]\w+)[{ ]/gm)].map(([, name = '']) => name)), text };
}

/** Prometheus' own. */
const OF_PROMETHEUS = /^up$/;

/** The metrics that an expression names, each with its label selectors. */
function selectorsOf(expr: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
	return [...expr.matchAll(/\b(up|(?:reeve|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', labels = '']) => ({
		name,
		labels: labels.split(',').filter((label) => label !== '' && !label.startsWith('job='))
	}));
}

const expressions = [
	...rules.map(({ alert, expr }) => [alert, expr] as const),
	...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [`panel "${title}"`, expr] as const))
];

describe('deploy/alerts.yaml and deploy/grafana-dashboard.json', () => {
	it.each(expressions)('%s names only metrics and labels that Reeve exposes', async (_, expr) => {
		const { series, text } = await exposed();
		const selectors = selectorsOf(expr);
		expect(selectors).not.toEqual([]);
		expect(selectors.filter(({ name }) => !OF_PROMETHEUS.test(name) && !series.has(name))).toEqual([]);
		for (const { name, labels } of selectors) {
			const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
			for (const label of labels)
				expect(
					lines.filter((line) => line.includes(label)),
					`${name}{${label}}`
				).not.toEqual([]);
		}
		for (const [, labels = ''] of expr.matchAll(/\bby \(([^)]*)\)/g))
			for (const label of labels.split(', '))
				expect(
					selectors.some(({ name }) => text.includes(`${name}{`) && new RegExp(`^${name}\\{[^}]*\\b${label}="`, 'm').test(text)),
					label
				).toBe(true);
	});

	it('warns of what has no one else to warn: Reeve being down, no good run, failed runs, unread events, holds and lost reports', () => {
		expect(rules.map(({ alert }) => alert)).toEqual([
			'ReeveDown',
			'ReeveNotReady',
			'ReeveNoSuccessfulRun',
			'ReeveRunFailed',
			'ReeveEventsNotRead',
			'ReeveHoldOpen',
			'ReeveDeliveriesFailing',
			'ReeveDeliveriesGivenUp'
		]);
		for (const { alert, annotations } of rules)
			expect(annotations, alert).toEqual({ summary: expect.any(String), description: expect.any(String) });
	});

	it('shows every metric of Reeve on the dashboard or in an alert', async () => {
		const named = new Set(expressions.flatMap(([, expr]) => selectorsOf(expr).map(({ name }) => name.replace(/_bucket$/, ''))));
		const own = createMetrics(createDeps())
			.names()
			.filter((name) => name.startsWith('reeve_'));
		expect(own.filter((name) => !named.has(name))).toEqual([]);
	});
});
