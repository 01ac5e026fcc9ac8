import { existsSync } from 'node:fs';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { container, type ILogger, type SapphireClient } from '@sapphire/framework';
import { settleWithin } from './async/timeout.js';
import { distinctiveSecretsOf, secretsOf, watchesAuditLog } from './config/derived.js';
import { DOTENV, parseSettings, type Settings, SettingsError } from './config/env.js';
import { environmentOfNextStart } from './config/next-settings.js';
import { createClient } from './discord/client.js';
import { loginFailure, waitForGateway } from './discord/login.js';
import { runShutdownSteps } from './lifecycle.js';
import { createLogger } from './logger.js';
import { StartError } from './plugin/errors.js';
import { fromEnv } from './plugin/options.js';
import { SourceError } from './reconciliation/domain/ports.js';
import { createRedactor, type Redactor } from './redaction/redactor.js';
import './register.js';
import { DatabaseError } from './store/connection/errors.js';

/** The standalone bot: the first bot that Reeve is mounted in. */

// Idle most of the day: a smaller heap is worth the extra garbage collections during a run. The embedded database is 9 MB of WebAssembly:
// compiling its hot functions a second time, optimized, takes more memory and time than its few queries gain.
for (const flag of ['--heap-growing-percent=25', '--optimize-for-size', '--liftoff-only']) setFlagsFromString(flag);

/** Process managers usually send SIGKILL 10 seconds after SIGTERM. */
const STOP_MS = 8_000;
/** A Discord that does not respond must not delay the exit. */
const CLOSE_TIMEOUT_MS = 750;
/** Of the whole shutdown: more than its steps may take together. */
const SHUTDOWN_DEADLINE_MS = 9_500;

async function main(): Promise<void> {
	const given = { ...process.env };
	if (existsSync(DOTENV)) process.loadEnvFile(DOTENV);
	const { settings } = parseSettings(process.env);
	const redactors = { all: createRedactor(secretsOf(settings)), distinctive: createRedactor(distinctiveSecretsOf(settings)) };
	redactFatalError = redactors.all;
	const logger = createLogger(settings.LOG_FORMAT, settings.LOG_LEVEL, redactors.all);
	process.on('unhandledRejection', (error) => logger.error('Unhandled rejection:', error));

	const client = createClient({
		apiUrl: settings.DISCORD_API_URL,
		logger,
		redact: redactors.distinctive,
		auditLog: watchesAuditLog(settings),
		reeve: { ...fromEnv(process.env, () => environmentOfNextStart(given)), onDisabled: die }
	});
	const steps = [() => container.reeve.stop(STOP_MS), () => settleWithin(CLOSE_TIMEOUT_MS, client.destroy())];
	shutDownOnSignal(steps, logger);
	await logIn(client, settings, logger);
}

/** Shuts down gracefully on the first SIGTERM or SIGINT, then exits. What was not finished is recovered by the next start. */
function shutDownOnSignal(steps: readonly (() => Promise<unknown>)[], logger: ILogger): void {
	let shuttingDown = false;
	const shutDown = async (signal: NodeJS.Signals) => {
		if (shuttingDown) return;
		shuttingDown = true;
		logger.info(`${signal} received, shutting down: waiting for work in progress.`);
		const done = await runShutdownSteps(steps, SHUTDOWN_DEADLINE_MS, (error) => logger.error('Shutdown step failed:', error));
		logger.info(done ? 'Stopped.' : 'Stopped without waiting any longer. The next start finishes what was in progress.');
		process.exit(0);
	};
	process.on('SIGTERM', shutDown);
	process.on('SIGINT', shutDown);
}

/** Resolves when the client is ready. @throws {StartError} with the reason, if Discord refuses the login */
async function logIn(client: SapphireClient, settings: Settings, logger: ILogger): Promise<void> {
	try {
		await waitForGateway(client, settings.DISCORD_TOKEN, (warning) => logger.warn(warning));
	} catch (error) {
		const reason = loginFailure(error);
		throw reason === null ? error : new StartError(reason);
	}
}

/** No redaction before the settings are parsed; errors that early contain no values. */
let redactFatalError: Redactor = (text) => text;

/** Exits with an error. Node would print it unredacted. */
function die(error: unknown): never {
	// Errors that an operator can fix are shown as a message; any other is a bug and shown with its stack.
	const isReadable = [SettingsError, DatabaseError, SourceError, StartError].some((kind) => error instanceof kind);
	const message = isReadable ? (error as Error).message : inspect(error);
	// The settings may be what is wrong.
	if (process.env.LOG_FORMAT?.trim() === 'json') createLogger('json', 'error', redactFatalError).fatal(message);
	else console.error(redactFatalError(message));
	process.exit(1);
}

process.on('uncaughtException', die);
main().catch(die);
