import { container } from '@sapphire/pieces';
import { CRASH_AT_STEP, injectCrash } from './crash-injection.js';
import { takeMaxEventLoopDelay } from './event-loop-delay.js';
import { type RowsQuery, readRows } from './rows.js';
import { type BotUsage, usage } from './usage.js';

/**
 * Gives the sandbox access to the bot's database and usage. Embedded PGlite allows one process, the bot's, so this file is preloaded there
 * (`node --import`) and answers queries over IPC through the bot's database client.
 */

export type InspectorQuery = RowsQuery | { readonly kind: 'usage' };

export interface InspectorRequest {
	readonly id: number;
	readonly query: InspectorQuery;
}

/** `isClosed`: the bot is starting or stopping, and has no open database. */
export type InspectorResponse =
	| { readonly id: number; readonly rows: readonly object[] }
	| { readonly id: number; readonly error: string; readonly isClosed?: true };

async function answer({ id, query }: InspectorRequest): Promise<InspectorResponse> {
	if (query.kind === 'usage') return { id, rows: [{ ...usage(), longestStallMs: takeMaxEventLoopDelay() } satisfies BotUsage] };
	if (!container.reeve?.isOpen) return { id, error: 'the database of the bot is not open', isClosed: true };
	try {
		return { id, rows: await readRows(container.reeve.services.database.prisma, query) };
	} catch (error) {
		return { id, error: error instanceof Error ? error.message : String(error) };
	}
}

const { [CRASH_AT_STEP]: crashAtStep } = process.env;
if (crashAtStep) injectCrash(Number(crashAtStep));

if (process.send) {
	process.on('message', (request: InspectorRequest) => {
		void answer(request).then((response) => process.connected && process.send?.(response));
	});
	// Without its sandbox the bot would reconnect forever.
	process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
	// The IPC channel must not keep the process alive.
	process.channel?.unref();
}
