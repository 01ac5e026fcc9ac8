import { createRequire } from 'node:module';
import { type Canvas, createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import { unitsOf } from '../reconciliation/domain/money.js';
import { roughDuration } from '../reconciliation/domain/time-in-text.js';
import type { DailyFigures } from '../reconciliation/health/daily-figures.js';
import type { OpenKind } from '../reconciliation/health/status.js';
import { issuesPanel, moneyPanel, type PanelSize, repairsPanel } from './panels.js';
import { patternOf } from './patterns.js';
import {
	COLOURS,
	FAMILY,
	KINDS,
	type KindStyle,
	LINE_HEIGHT,
	type LineStyle,
	MONEY,
	PADDING,
	TEXT_SIZE,
	TITLE_SIZE,
	WIDTH
} from './theme.js';

const ISSUES_HEIGHT = 290;
const REPAIRS_HEIGHT = 200;
const MONEY_HEIGHT = 210;
/** More for the days below a panel. */
const DAYS_HEIGHT = 60;
const GAP = 24;
const RADIUS = 28;

/** The font comes with the package, so that a machine without fonts draws the same texts. */
export function registerFont(): void {
	const { resolve } = createRequire(import.meta.url);
	for (const weight of [400, 700]) {
		const file = resolve(`@fontsource/lato/files/lato-latin-${weight}-normal.woff2`);
		if (GlobalFonts.registerFromPath(file, FAMILY) === null) throw new Error(`The font ${file} cannot be used.`);
	}
}

/** A part of the picture: a title, a legend that may be empty, and a panel. */
interface Part {
	readonly title: string;
	readonly legend: readonly LegendEntry[];
	readonly panel: Canvas;
}

interface LegendEntry {
	readonly label: string;
	/** Draws the sign at these coordinates. */
	readonly sign: (context: SKRSContext2D, left: number, middle: number) => void;
}

/** Draws the figures. The same figures give the same bytes. @returns a PNG; see {@link registerFont} */
export function drawPicture(figures: DailyFigures): Buffer {
	const measure = createCanvas(1, 1).getContext('2d');
	measure.font = font(TEXT_SIZE);
	const parts = partsOf(figures);
	const laidOut = parts.map((part) => ({ ...part, rows: legendRows(measure, part.legend) }));
	const height = laidOut.reduce((sum, { rows, panel }) => sum + LINE_HEIGHT * (1 + rows.length) + panel.height + GAP, 2 * PADDING - GAP);
	const canvas = createCanvas(WIDTH, height);
	const context = canvas.getContext('2d');
	context.fillStyle = COLOURS.background;
	context.beginPath();
	context.roundRect(0, 0, WIDTH, height, RADIUS);
	context.fill();
	context.textBaseline = 'middle';
	let top = PADDING;
	for (const { title, rows, panel } of laidOut) {
		context.font = font(TITLE_SIZE, 'bold');
		context.fillStyle = COLOURS.text;
		context.fillText(title, PADDING, top + LINE_HEIGHT / 2);
		top += LINE_HEIGHT;
		for (const row of rows) {
			drawLegend(context, row, top + LINE_HEIGHT / 2);
			top += LINE_HEIGHT;
		}
		context.drawImage(panel, PADDING, top);
		top += panel.height + GAP;
	}
	return canvas.toBuffer('image/png');
}

function partsOf(figures: DailyFigures): Part[] {
	const order = Object.keys(KINDS) as OpenKind['kind'][];
	const kinds = order.filter((kind) => figures.days.some(({ open }) => open[kind] !== undefined));
	const { medianMs } = figures.repairs;
	const currency = mainCurrency(figures);
	const parts = [
		{
			title: 'Open issues per day, last 30 days',
			legend: kinds.map((kind) => ({ label: KINDS[kind].label, sign: swatch(KINDS[kind]) })),
			height: ISSUES_HEIGHT,
			draw: (size: PanelSize) => issuesPanel(figures, kinds, size)
		},
		...(medianMs === null
			? []
			: [
					{
						title: `Time to repair: median ${roughDuration(medianMs)}`,
						legend: [],
						height: REPAIRS_HEIGHT,
						draw: (size: PanelSize) => repairsPanel(figures, size)
					}
				]),
		...(currency === null
			? []
			: [
					{
						title: `Money a month, in ${currency.toUpperCase()}`,
						legend: [MONEY.paid, MONEY.unpaid].map((style) => ({ label: style.label, sign: lineSign(style) })),
						height: MONEY_HEIGHT,
						draw: (size: PanelSize) => moneyPanel(figures, currency, size)
					}
				])
	];
	return parts.map(({ title, legend, height, draw }, index) => ({
		title,
		legend,
		panel: draw(panelSize(height, index === parts.length - 1))
	}));
}

/**
 * The currency with an amount most often, then with the largest sum; null without any. Others are in the alt text alone: amounts of
 * different currencies have no common scale.
 */
function mainCurrency({ days }: DailyFigures): string | null {
	const found = new Map<string, { many: number; sum: number }>();
	for (const { money } of days)
		for (const { currency, amount } of money === null ? [] : [...money.paid.amounts, ...money.unpaid.amounts]) {
			if (amount === 0 || !/^[a-z]{3}$/.test(currency)) continue;
			const { many, sum } = found.get(currency) ?? { many: 0, sum: 0 };
			found.set(currency, { many: many + 1, sum: sum + unitsOf(amount, currency) });
		}
	const [first] = [...found].sort(([, a], [, b]) => b.many - a.many || b.sum - a.sum);
	return first?.[0] ?? null;
}

function panelSize(height: number, withDays: boolean): PanelSize {
	return { height: height + (withDays ? DAYS_HEIGHT : 0), withDays };
}

function font(size: number, weight = 'normal'): string {
	return `${weight} ${size}px ${FAMILY}`;
}

const SWATCH = 34;
const SWATCH_GAP = 14;
const ENTRY_GAP = 36;

/** Entries in as many rows as they need. */
function legendRows(measure: SKRSContext2D, legend: readonly LegendEntry[]): (LegendEntry & { readonly left: number })[][] {
	const rows: (LegendEntry & { readonly left: number })[][] = [];
	let left = Number.POSITIVE_INFINITY;
	for (const entry of legend) {
		const width = SWATCH + SWATCH_GAP + measure.measureText(entry.label).width;
		if (left + width > WIDTH - PADDING) {
			rows.push([]);
			left = PADDING;
		}
		rows.at(-1)?.push({ ...entry, left });
		left += width + ENTRY_GAP;
	}
	return rows;
}

function drawLegend(context: SKRSContext2D, row: ReturnType<typeof legendRows>[number], middle: number): void {
	context.font = font(TEXT_SIZE);
	for (const { label, sign, left } of row) {
		sign(context, left, middle);
		context.fillStyle = COLOURS.text;
		context.fillText(label, left + SWATCH + SWATCH_GAP, middle);
	}
}

function swatch(style: KindStyle): LegendEntry['sign'] {
	return (context, left, middle) => {
		context.fillStyle = patternOf(context, style);
		context.fillRect(left, middle - SWATCH / 2, SWATCH, SWATCH);
	};
}

function lineSign({ colour, point }: LineStyle): LegendEntry['sign'] {
	return (context, left, middle) => {
		const radius = SWATCH / 2;
		context.fillStyle = colour;
		context.beginPath();
		if (point === 'circle') context.arc(left + radius, middle, radius * 0.8, 0, 2 * Math.PI);
		else {
			context.moveTo(left + radius, middle - radius);
			context.lineTo(left + SWATCH, middle + radius * 0.8);
			context.lineTo(left, middle + radius * 0.8);
		}
		context.fill();
	};
}
