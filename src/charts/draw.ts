/** The program that draws: reads figures as JSON from its input, writes a PNG to its output, and ends. */

import { buffer } from 'node:stream/consumers';
import type { DailyFigures } from '../reconciliation/health/daily-figures.js';

async function main(): Promise<void> {
	const figures = JSON.parse((await buffer(process.stdin)).toString()) as DailyFigures;
	// Here, so that a canvas missing for this platform is an error with a message.
	const { drawPicture, registerFont } = await import('./picture.js');
	registerFont();
	process.stdout.write(drawPicture(figures));
}

main().catch((error: unknown) => {
	process.stderr.write(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
});
