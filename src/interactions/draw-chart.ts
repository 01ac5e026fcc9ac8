import { container } from '@sapphire/framework';
import { probe } from '../async/probe.js';
import { type ChartFile, chartFile } from '../messages/replies/chart.js';
import { hasFigures } from '../reconciliation/health/daily-figures.js';

/** The chart of the last days; null if there is nothing to show, or it cannot be drawn: then the log says why. Never throws. */
export async function drawChart(): Promise<ChartFile | null> {
	const { health, charts } = container.reeve.services;
	const figures = await probe('The database', () => health.dailyFigures());
	if (!figures.ok) {
		container.reeve.logger.warn(`The figures of the chart could not be read, so the answer has none: ${figures.error}`);
		return null;
	}
	if (!hasFigures(figures.value)) return null;
	const picture = await charts.draw(figures.value);
	return picture === null ? null : chartFile(figures.value, picture);
}
