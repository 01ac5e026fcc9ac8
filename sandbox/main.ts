import { firstRun } from './first-run.js';
import { Sandbox } from './sandbox.js';
import { ControlError } from './services/core/control-error.js';
import { scenarioSchema } from './world/scenario.js';

/** `npm run sandbox`: the whole product on this machine. */

const DEFAULT_PORT = 4400;

/** A change is reported within seconds: the defaults wait for the work of other bots, of which there are none here. */
const SOON = { RECONCILIATION_EVENTS_SECONDS: '2', RECONCILIATION_SETTLE_SECONDS: '3' };

class StartError extends Error {}

let stopping = false;

async function main(): Promise<void> {
	const { SANDBOX_PORT, SANDBOX_SCENARIO = 'council', SANDBOX_SIZE, SANDBOX_SEED } = process.env;
	const port = SANDBOX_PORT ? Number(SANDBOX_PORT) : DEFAULT_PORT;
	if (!Number.isInteger(port) || port < 0 || port > 65_535)
		throw new StartError(`SANDBOX_PORT is ${SANDBOX_PORT}; it must be a number from 0 to 65535.`);
	const choice = scenarioSchema.safeParse({
		scenario: SANDBOX_SCENARIO,
		...(SANDBOX_SIZE ? { size: Number(SANDBOX_SIZE) } : {}),
		...(SANDBOX_SEED ? { seed: Number(SANDBOX_SEED) } : {})
	});
	if (!choice.success) {
		const problems = choice.error.issues.map(({ path, message }) => `SANDBOX_${String(path[0]).toUpperCase()} ${message}.`);
		throw new StartError(problems.join('\n'));
	}

	const starting = Sandbox.start({ port, world: choice.data, ownSettings: SOON });
	const stop = async () => {
		stopping = true;
		const sandbox = await starting.catch(() => null);
		await sandbox?.stop();
		process.exit(0);
	};
	// SIGHUP: the terminal was closed.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);

	const sandbox = await starting.catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EADDRINUSE') throw error;
		throw new StartError(`Port ${port} is in use. Stop the other process, or set SANDBOX_PORT.`);
	});
	const { worldSignal } = sandbox;
	console.log(`sandbox ready ${sandbox.url}`);
	if (worldSignal.aborted) return;
	try {
		console.log(`\n${await firstRun(sandbox)}`);
	} catch (error) {
		// Ignored if another reset or a stop superseded this world.
		if (!worldSignal.aborted)
			console.error(`The first reconciliation produced no report: ${error instanceof Error ? error.message : error}`);
	}
}

main().catch((error: unknown) => {
	// Stopped during the start: the bot's early exit is expected.
	if (stopping) return;
	console.error(error instanceof StartError || error instanceof ControlError ? error.message : error);
	process.exit(1);
});
