import { type Canvas, createCanvas } from '@napi-rs/canvas';
import {
	BarController,
	BarElement,
	CategoryScale,
	Chart,
	type ChartConfiguration,
	type ChartItem,
	type ChartType,
	LinearScale,
	LineController,
	LineElement,
	LogarithmicScale,
	PointElement,
	type ScaleOptionsByType
} from 'chart.js';
import { type MonthlyTotal, unitsOf } from '../reconciliation/domain/money.js';
import { roughDuration } from '../reconciliation/domain/time-in-text.js';
import type { DailyFigures } from '../reconciliation/health/daily-figures.js';
import type { OpenKind } from '../reconciliation/health/status.js';
import { dayLabel, numberLabel } from './labels.js';
import { patternOf } from './patterns.js';
import { COLOURS, FAMILY, KINDS, MONEY, PADDING, TEXT_SIZE, WIDTH } from './theme.js';

Chart.register(BarController, BarElement, LineController, LineElement, PointElement, CategoryScale, LinearScale, LogarithmicScale);

/** Each panel has the same room for the labels of its values, so that the days of all are below each other. */
const LABELS_WIDTH = 130;
const PANEL_WIDTH = WIDTH - 2 * PADDING;
const DAYS_BETWEEN_LABELS = 7;
const POINT_RADIUS = 11;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Values at which times to repair have a label. */
const DURATIONS_MS = [1000, MINUTE_MS, 3_600_000, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS];
/** Share of the axis between two labels. */
const MIN_LABEL_SHARE = 0.25;

export interface PanelSize {
	readonly height: number;
	/** Whether the days are below it. */
	readonly withDays: boolean;
}

/** Stacked bars: how many issues were open on each day. */
export function issuesPanel({ days }: DailyFigures, kinds: readonly OpenKind['kind'][], size: PanelSize): Canvas {
	const canvas = createCanvas(PANEL_WIDTH, size.height);
	const context = canvas.getContext('2d');
	return draw(canvas, {
		type: 'bar',
		data: {
			labels: days.map(({ day }) => day),
			datasets: kinds.map((kind) => ({
				data: days.map(({ open }) => open[kind] ?? 0),
				// The types of chart.js know the patterns of a browser alone.
				backgroundColor: patternOf(context, KINDS[kind]) as string,
				barPercentage: 0.86,
				categoryPercentage: 1,
				borderColor: COLOURS.background,
				borderWidth: { top: 3 },
				borderSkipped: false
			}))
		},
		options: {
			scales: {
				x: { ...dayAxis(size), stacked: true },
				y: { ...numberAxis({ maxTicksLimit: 4, precision: 0 }), stacked: true }
			}
		}
	});
}

/** Points: the median time to repair on each day that has any. */
export function repairsPanel({ days }: DailyFigures, size: PanelSize): Canvas {
	const values = days.map(({ repairs }) => (repairs.medianMs === null ? null : Math.max(repairs.medianMs, 1000)));
	const known = values.filter((value) => value !== null);
	const least = Math.min(...known);
	const most = Math.max(...known);
	const min = DURATIONS_MS.findLast((duration) => duration <= least) ?? 1000;
	const max = DURATIONS_MS.find((duration) => duration >= most && duration > min) ?? most;
	return draw(createCanvas(PANEL_WIDTH, size.height), {
		type: 'line',
		data: {
			labels: days.map(({ day }) => day),
			datasets: [
				{
					data: values,
					spanGaps: true,
					borderColor: COLOURS.muted,
					borderWidth: 3,
					pointStyle: 'rectRot',
					pointRadius: POINT_RADIUS,
					pointBackgroundColor: COLOURS.text,
					pointBorderColor: COLOURS.background,
					pointBorderWidth: 2,
					clip: false
				}
			]
		},
		options: {
			scales: {
				x: { ...dayAxis(size), offset: true },
				y: {
					...valueAxis(),
					type: 'logarithmic',
					min,
					max,
					afterBuildTicks: (axis) => {
						axis.ticks = labelled(min, max).map((value) => ({ value }));
					},
					ticks: { ...TICKS, autoSkip: false, callback: (value) => roughDuration(Number(value)) }
				}
			}
		}
	});
}

/** Lines: the money that is paid without access, and that access costs that is not paid, in one currency. */
export function moneyPanel({ days }: DailyFigures, currency: string, size: PanelSize): Canvas {
	const unitsIn = (total: MonthlyTotal) => unitsOf(total.amounts.find((each) => each.currency === currency)?.amount ?? 0, currency);
	return draw(createCanvas(PANEL_WIDTH, size.height), {
		type: 'line',
		data: {
			labels: days.map(({ day }) => day),
			datasets: (['paid', 'unpaid'] as const).map((counts) => {
				const { colour, point, dash } = MONEY[counts];
				return {
					data: days.map(({ money }) => (money === null ? null : unitsIn(money[counts]))),
					spanGaps: true,
					borderColor: colour,
					borderWidth: 5,
					borderDash: dash,
					pointStyle: point,
					pointRadius: POINT_RADIUS - 2,
					pointBackgroundColor: colour,
					pointBorderColor: COLOURS.background,
					pointBorderWidth: 2,
					clip: false
				};
			})
		},
		options: {
			scales: {
				x: { ...dayAxis(size), offset: true },
				y: numberAxis({ maxTicksLimit: 3 })
			}
		}
	});
}

/** The values that get a label, so far apart on the logarithmic axis that the labels do not touch. */
function labelled(min: number, max: number): readonly number[] {
	const kept: number[] = [];
	for (const value of DURATIONS_MS) {
		const before = kept.at(-1);
		const isApart = before === undefined || Math.log(value / before) >= MIN_LABEL_SHARE * Math.log(max / min);
		if (value >= min && value <= max && isApart) kept.push(value);
	}
	return kept;
}

/** Room for points at the top, and for half of the last day's label. */
const LAYOUT = { autoPadding: false, padding: { top: 2 * POINT_RADIUS, right: 50 } } as const;

const TICKS = { color: COLOURS.muted, font: { family: FAMILY, size: TEXT_SIZE }, padding: 10 } as const;

function valueAxis() {
	return {
		grid: { color: COLOURS.grid, lineWidth: 2, drawTicks: false },
		border: { display: false },
		afterFit: (axis: { width: number }) => {
			axis.width = LABELS_WIDTH;
		}
	};
}

/** Numbers from 0. */
function numberAxis(ticks: { readonly maxTicksLimit: number; readonly precision?: number }) {
	return {
		...valueAxis(),
		type: 'linear' as const,
		beginAtZero: true,
		ticks: { ...TICKS, ...ticks, callback: (value: number | string) => numberLabel(Number(value)) }
	};
}

function dayAxis({ withDays }: PanelSize) {
	return {
		grid: { display: false },
		border: { color: COLOURS.muted, width: 3 },
		afterFit: (axis: { paddingLeft: number; paddingRight: number }) => {
			axis.paddingLeft = 0;
			axis.paddingRight = 0;
		},
		ticks: {
			...TICKS,
			display: withDays,
			autoSkip: false,
			maxRotation: 0,
			callback: function (this: { getLabelForValue(value: number): string; max: number }, _: unknown, index: number) {
				return (this.max - index) % DAYS_BETWEEN_LABELS === 0 ? dayLabel(this.getLabelForValue(index)) : null;
			} as ScaleOptionsByType<'category'>['ticks']['callback']
		}
	};
}

function draw<Type extends ChartType>(canvas: Canvas, { options, ...config }: ChartConfiguration<Type, (number | null)[]>): Canvas {
	const chart = new Chart(
		canvas as object as ChartItem,
		{
			...config,
			options: { ...options, layout: LAYOUT, animation: false, responsive: false, devicePixelRatio: 1, events: [] }
		} as ChartConfiguration
	);
	chart.draw();
	return canvas;
}
