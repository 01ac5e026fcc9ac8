import { createRequire } from 'node:module';
import { type Canvas, createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import { roughDuration } from '../reconciliation/domain/time-in-text.js';
import type { DailyFigures } from '../reconciliation/health/daily-figures.js';
import type { OpenKind } from '../reconciliation/health/status.js';
import { issuesPanel, repairsPanel } from './panels.js';
import { patternOf } from './patterns.js';
import { COLOURS, FAMILY, KINDS, LINE_HEIGHT, PADDING, TEXT_SIZE, TITLE_SIZE, WIDTH } from './theme.js';

const ISSUES_HEIGHT = 330;
const REPAIRS_HEIGHT = 250;
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
	readonly kinds: readonly OpenKind['kind'][];
	readonly panel: Canvas;
}

/** Draws the figures. The same figures give the same bytes. @returns a PNG; see {@link registerFont} */
export function drawPicture(figures: DailyFigures): Buffer {
	const measure = createCanvas(1, 1).getContext('2d');
	measure.font = font(TEXT_SIZE);
	const parts = partsOf(figures);
	const laidOut = parts.map((part) => ({ ...part, rows: legendRows(measure, part.kinds) }));
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
	const hasRepairs = medianMs !== null;
	const issues = issuesPanel(figures, kinds, panelSize(ISSUES_HEIGHT, !hasRepairs));
	return [
		{ title: 'Open issues per day, last 30 days', kinds, panel: issues },
		...(hasRepairs
			? [
					{
						title: `Time to repair: median ${roughDuration(medianMs)}`,
						kinds: [],
						panel: repairsPanel(figures, panelSize(REPAIRS_HEIGHT, true))
					}
				]
			: [])
	];
}

function panelSize(height: number, withDays: boolean) {
	return { height: height + (withDays ? DAYS_HEIGHT : 0), withDays };
}

function font(size: number, weight = 'normal'): string {
	return `${weight} ${size}px ${FAMILY}`;
}

const SWATCH = 34;
const SWATCH_GAP = 14;
const ENTRY_GAP = 36;

interface LegendEntry {
	readonly kind: OpenKind['kind'];
	readonly left: number;
}

/** Entries in as many rows as they need. */
function legendRows(measure: SKRSContext2D, kinds: readonly OpenKind['kind'][]): LegendEntry[][] {
	const rows: LegendEntry[][] = [];
	let left = Number.POSITIVE_INFINITY;
	for (const kind of kinds) {
		const width = SWATCH + SWATCH_GAP + measure.measureText(KINDS[kind].label).width;
		if (left + width > WIDTH - PADDING) {
			rows.push([]);
			left = PADDING;
		}
		rows.at(-1)?.push({ kind, left });
		left += width + ENTRY_GAP;
	}
	return rows;
}

function drawLegend(context: SKRSContext2D, row: readonly LegendEntry[], middle: number): void {
	context.font = font(TEXT_SIZE);
	for (const { kind, left } of row) {
		context.fillStyle = patternOf(context, KINDS[kind]);
		context.fillRect(left, middle - SWATCH / 2, SWATCH, SWATCH);
		context.fillStyle = COLOURS.text;
		context.fillText(KINDS[kind].label, left + SWATCH + SWATCH_GAP, middle);
	}
}
