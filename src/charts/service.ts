import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ILogger } from '@sapphire/framework';
import type { DailyFigures } from '../reconciliation/health/daily-figures.js';

/** A picture is drawn in a fraction of a second. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 2 * 1024 * 1024;
const MAX_REASON_LENGTH = 300;

/** What a process needs to start at all; the settings are none of its business. */
const VARIABLES = ['LD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'TEMP'];

export interface ChartService {
	/** @returns a PNG; null if it could not be drawn: then the log says why. Never throws */
	draw(figures: DailyFigures): Promise<Buffer | null>;
}

/**
 * Draws in a process of its own, which ends: the native canvas would keep some 100 MB, and could end the bot with it.
 * @param options.script - the program that draws
 */
export function createChartService({
	logger,
	script = fileURLToPath(new URL('./draw.js', import.meta.url))
}: {
	readonly logger: Pick<ILogger, 'warn'>;
	readonly script?: string;
}): ChartService {
	let last: { readonly input: string; readonly picture: Buffer } | null = null;
	return {
		draw: async (figures) => {
			const input = JSON.stringify(figures);
			if (last?.input === input) return last.picture;
			try {
				const picture = await runScript(script, input);
				last = { input, picture };
				return picture;
			} catch (error) {
				const reason = error instanceof Error ? error.message : String(error);
				logger.warn(`The chart could not be drawn, so the answer has none: ${reason.replace(/\s+/g, ' ').slice(0, MAX_REASON_LENGTH)}`);
				return null;
			}
		}
	};
}

function runScript(script: string, input: string): Promise<Buffer> {
	const given = VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
	// The fonts of the machine are neither needed nor the same everywhere.
	const env = { ...Object.fromEntries(given), DISABLE_SYSTEM_FONTS_LOAD: '1' };
	return new Promise((resolve, reject) => {
		const options = {
			env,
			encoding: 'buffer',
			timeout: TIMEOUT_MS,
			killSignal: 'SIGKILL',
			maxBuffer: MAX_BYTES,
			windowsHide: true
		} as const;
		const child = execFile(process.execPath, [script], options, (error, output, errors) => {
			if (error === null) resolve(output);
			else
				reject(new Error(errors.toString().trim() || (error.killed ? `It took more than ${TIMEOUT_MS / 1000} seconds.` : error.message)));
		});
		// The callback above says why a process ended before it has read everything.
		child.stdin?.on('error', () => {});
		child.stdin?.end(input);
	});
}
