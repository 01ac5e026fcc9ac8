import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { createChartService } from '../../src/charts/service.js';
import type { DailyFigures } from '../../src/reconciliation/health/daily-figures.js';
import { FIGURES } from './figures.js';

const DIST = join(import.meta.dirname, '../../dist');
const SCRIPT = join(DIST, 'src/charts/draw.js');

/** A service of the built program, and what it logs. */
function serviceOf(script = SCRIPT) {
	const log: string[] = [];
	return { charts: createChartService({ script, logger: { warn: (...values) => void log.push(values.join(' ')) } }), log };
}

async function draw(figures: DailyFigures, script?: string): Promise<Buffer> {
	const { charts, log } = serviceOf(script);
	const picture = await charts.draw(figures);
	expect(log).toEqual([]);
	return picture as Buffer;
}

async function pixelsOf(picture: Buffer): Promise<{ size: number[]; data: Buffer }> {
	const image = await loadImage(picture);
	const context = createCanvas(image.width, image.height).getContext('2d');
	context.drawImage(image, 0, 0);
	return { size: [image.width, image.height], data: Buffer.from(context.getImageData(0, 0, image.width, image.height).data.buffer) };
}

/** Each test draws one of them. */
const CASES: readonly [string, DailyFigures][] = [
	['last-30-days.png', FIGURES],
	[
		'first-day.png',
		{
			...FIGURES,
			days: FIGURES.days.map(({ day }, index) => ({
				day,
				open: index === 29 ? { UNAUTHORIZED_ACCESS: 5_000 } : {},
				repairs: { many: 0, medianMs: null },
				money: null
			})),
			repairs: { many: 0, medianMs: null }
		}
	]
];

describe('the picture of the last days', () => {
	// Of another processor the canvas is another build, which may round differently.
	it.runIf(process.platform === 'linux' && process.arch === 'x64').each(CASES)('is that of %s, pixel for pixel', async (name, figures) => {
		const picture = await draw(figures);
		const drawn = join(tmpdir(), `reeve-drawn-${name}`);
		writeFileSync(drawn, picture);
		const [actual, expected] = await Promise.all([picture, readFileSync(join(import.meta.dirname, name))].map(pixelsOf));
		expect(actual?.size).toEqual(expected?.size);
		expect(actual?.data.equals(expected?.data as Buffer), `${drawn} differs from test/charts/${name}`).toBe(true);
	});

	it('has the same bytes for the same figures, also in the other builds of the program', async () => {
		const picture = await draw(FIGURES);
		for (const script of [SCRIPT, join(DIST, 'bot/draw.js'), join(DIST, 'commonjs/src/charts/draw.js')])
			expect((await draw(FIGURES, script)).equals(picture), script).toBe(true);
	});

	it('is small', async () => {
		expect((await draw(FIGURES)).length).toBeLessThan(200_000);
	});

	it('is kept while the figures are the same', async () => {
		const { charts } = serviceOf();
		const picture = await charts.draw(FIGURES);
		expect(await charts.draw(structuredClone(FIGURES))).toBe(picture);
		expect(await charts.draw({ ...FIGURES, repairs: { many: 1, medianMs: 1 } })).not.toBe(picture);
	});

	it.each([
		['that is missing', join(DIST, 'none.js')],
		['that ends with an error', join(DIST, 'src/cli/forget.js')]
	])('is left out, with one line in the log, by a program %s', async (_, script) => {
		const { charts, log } = serviceOf(script);
		expect(await charts.draw(FIGURES)).toBeNull();
		expect(log).toEqual([expect.stringMatching(/^The chart could not be drawn, so the answer has none: .+$/)]);
	});
});
