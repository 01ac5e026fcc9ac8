import { firstRun } from './first-run.js';
import { Sandbox } from './sandbox.js';
import { ControlError } from './services/core/control-error.js';
import { scenarioSchema } from './world/scenario.js';

/** `npm run sandbox`: the whole product on this machine, for a newcomer and for scripts. */

const DEFAULT_PORT = 4400;

class StartError extends Error {}

let stopping = false;

async function main(): Promise<void> {
	const { SANDBOX_PORT, SANDBOX_SCENARIO = 'council', SANDBOX_SIZE, SANDBOX_SEED } = process.env;
	const port = SANDBOX_PORT ? Number(SANDBOX_PORT) : DEFAULT_PORT;
	if (!Number.isInteger(port) || port < 0 || port > 65_535)
		throw new StartError(`SANDBOX_PORT is ${SANDBOX_PORT}: it must be a number up to 65535.`);
	const choice = scenarioSchema.safeParse({
		scenario: SANDBOX_SCENARIO,
		...(SANDBOX_SIZE ? { size: Number(SANDBOX_SIZE) } : {}),
		...(SANDBOX_SEED ? { seed: Number(SANDBOX_SEED) } : {})
	});
	if (!choice.success) {
		const wrong = choice.error.issues.map(({ path, message }) => `SANDBOX_${String(path[0]).toUpperCase()} ${message}.`);
		throw new StartError(wrong.join('\n'));
	}

	const starting = Sandbox.start({ port, world: choice.data });
	const stop = async () => {
		stopping = true;
		const sandbox = await starting.catch(() => null);
		await sandbox?.stop();
		process.exit(0);
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);

	const sandbox = await starting.catch((error: NodeJS.ErrnoException) => {
		if (error.code !== 'EADDRINUSE') throw error;
		throw new StartError(`Port ${port} is in use: stop what listens there, or set SANDBOX_PORT to another one.`);
	});
	const { worldSignal } = sandbox;
	console.log(`sandbox ready ${sandbox.url}`);
	if (worldSignal.aborted) return;
	try {
		console.log(`\n${await firstRun(sandbox)}`);
	} catch (error) {
		// Another world was asked for meanwhile, or the sandbox is being stopped: this one is of no interest any more.
		if (!worldSignal.aborted)
			console.error(`The first reconciliation did not come to its report: ${error instanceof Error ? error.message : error}`);
	}
}

main().catch((error: unknown) => {
	// Told to stop while it was starting: then a bot that ends early is no news.
	if (stopping) return;
	console.error(error instanceof StartError || error instanceof ControlError ? error.message : error);
	process.exit(1);
});
