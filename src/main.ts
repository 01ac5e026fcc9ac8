import { existsSync } from 'node:fs';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { container, type ILogger, type SapphireClient } from '@sapphire/framework';
import { ScheduledTaskStore } from '@sapphire/plugin-scheduled-tasks';
import '@sapphire/plugin-subcommands/register';
import { Events, type Guild } from 'discord.js';
import { settleWithin } from './async/timeout.js';
import { externalChecks } from './checks.js';
import { databaseSettings, distinctiveSecretsOf, secretsOf } from './config/derived.js';
import { DOTENV, parseSettings, type Settings, SettingsError } from './config/env.js';
import { environmentOfNextStart } from './config/next-settings.js';
import { createClient } from './discord/client.js';
import { loginFailure, waitForGateway } from './discord/login.js';
import { resumeFixes } from './interactions/resume-fixes.js';
import { runShutdownSteps, ShuttingDownError } from './lifecycle.js';
import { RedactingLogger } from './logger.js';
import { registerCommandsIn, registerPieces } from './pieces.js';
import { type Schedule, SourceError } from './reconciliation/domain/ports.js';
import { type CheckResult, runChecks } from './reconciliation/health/doctor.js';
import { startReconciliationScheduler } from './reconciliation/index.js';
import { createRedactor, type Redactor } from './redaction/redactor.js';
import type { Reeve } from './reeve.js';
import { createInProcessSchedule } from './schedule/in-process.js';
import { createRedisSchedule } from './schedule/redis.js';
import { openDatabase } from './store/connection/database.js';
import { DatabaseError } from './store/connection/errors.js';
import { claimDatabase } from './store/connection/owner.js';
import { createReeve } from './wiring/services.js';

// Idle most of the day: a smaller heap is worth the extra garbage collections during a run.
setFlagsFromString('--heap-growing-percent=25');

const LOG_LEVEL_OF = { ok: 'debug', warning: 'warn', error: 'error', blocking: 'error' } as const satisfies Record<
	CheckResult['verdict'],
	keyof ILogger
>;

/** Process managers usually send SIGKILL 10 seconds after SIGTERM. */
const SHUTDOWN_TIMEOUTS = { workMs: 5_000, repliesMs: 1_500 };
/** A Discord or PostgreSQL that does not respond must not delay the exit. */
const CLOSE_TIMEOUT_MS = 750;
/** Of the whole shutdown: more than its steps may take together. */
const SHUTDOWN_DEADLINE_MS = 9_500;

/** The reason why Reeve cannot start, for the operator. */
class StartError extends Error {}

async function main(): Promise<void> {
	const given = { ...process.env };
	if (existsSync(DOTENV)) process.loadEnvFile(DOTENV);
	const { settings, warnings } = parseSettings(process.env);
	const redactors = { all: createRedactor(secretsOf(settings)), distinctive: createRedactor(distinctiveSecretsOf(settings)) };
	redactFatalError = redactors.all;
	const logger = new RedactingLogger(settings.LOG_LEVEL, redactors.all);
	for (const warning of warnings) logger.warn(warning);
	process.on('unhandledRejection', (error) => logger.error('Unhandled rejection:', error));

	// Runs while the database opens.
	const startChecks = runChecks(externalChecks(settings, [], redactors.all));
	const place = databaseSettings(settings);
	const database = await openDatabase({ ...place, redact: redactors.distinctive });
	const client = createClient({
		apiUrl: settings.DISCORD_API_URL,
		logger,
		redact: redactors.distinctive
	});
	container.stores.register(new ScheduledTaskStore());
	await registerPieces();
	const reeve = createReeve({ settings, database, client, logger, redactors, nextEnvironment: () => environmentOfNextStart(given) });
	container.reeve = reeve;

	const shutdownSteps = [
		() => reeve.lifecycle.shutdown(SHUTDOWN_TIMEOUTS),
		() => settleWithin(CLOSE_TIMEOUT_MS, client.destroy()),
		() => settleWithin(CLOSE_TIMEOUT_MS, database.close())
	];
	shutDownOnSignal(shutdownSteps, logger);

	for (const { name, before, after } of await reeve.health.recordSettingsChanges())
		logger.info(`Setting ${name} changed since the last start: ${before ?? 'not set'} → ${after ?? 'not set'}.`);
	client.on(Events.GuildCreate, (guild) => {
		if (guild.id !== settings.DISCORD_GUILD_ID) return;
		const claim = () => claimDatabase(database, place.guild);
		startInGuild(guild, reeve, claim, logger).catch((error: unknown) => {
			// The database belongs to another server: the same as at the start.
			if (error instanceof DatabaseError) die(error);
			logger.error(`Starting in ${guild.name} failed. Restart Reeve:`, error);
		});
	});
	await logIn(client, settings, logger);
	if (client.guilds.cache.has(settings.DISCORD_GUILD_ID)) await claimDatabase(database, place.guild);
	// Not awaited: a service that does not respond must not delay the start.
	void Promise.all([startChecks, reeve.health.checkAtStart()]).then((results) => reportChecks(results.flat(), reeve, logger));
	await reeve.runs.recover();
	// Neither is awaited: many fixes take minutes, and a mail server may not respond.
	void resumeFixes(reeve, logger);
	void reeve.health.housekeep({ atStart: true }).catch(logFailure(logger, 'Delivering pending notifications'));
	const schedule = createSchedule(settings, await reeve.schedule.queueName(), logger);
	// Before it starts: catching up on a missed day takes a while, and a signal may arrive meanwhile.
	shutdownSteps.unshift(() => schedule.stop());
	await startReconciliationScheduler(schedule, () => catchUp(reeve, logger), logFailure(logger, 'The due verification'));
}

/** Logs the results, and announces those that block every run. Never throws. */
async function reportChecks(results: readonly CheckResult[], { reports }: Reeve, logger: ILogger): Promise<void> {
	for (const { verdict, subject, message } of results) logger[LOG_LEVEL_OF[verdict]](`${subject}: ${message}`);
	await reports.announceBlocking(results);
}

/** Reeve was invited after its start: does what the start had to leave out. */
async function startInGuild(guild: Guild, reeve: Reeve, claim: () => Promise<void>, logger: ILogger): Promise<void> {
	await claim();
	await registerCommandsIn(guild);
	logger.info(`Reeve was invited to ${guild.name} and starts to work there.`);
	await reportChecks(await reeve.health.checkAtStart(), reeve, logger);
	await catchUp(reeve, logger);
}

/** Runs what became due while Reeve was not running. */
async function catchUp({ schedule, runs }: Reeve, logger: ILogger): Promise<void> {
	await schedule.runIfDue().catch(logFailure(logger, 'The due daily run'));
	await runs.verifyIfDue();
}

function logFailure(logger: ILogger, what: string): (error: unknown) => void {
	return (error) => {
		if (!(error instanceof ShuttingDownError)) logger.error(`${what} failed:`, error);
	};
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

/** Runs the task pieces: through Redis if it is configured, otherwise in this process. */
function createSchedule({ REDIS_URL: url }: Settings, queue: string, logger: ILogger): Schedule {
	const tasks = () => container.stores.get('scheduled-tasks').values();
	const inProcess = createInProcessSchedule(tasks, (task, error) => logFailure(logger, `Scheduled task ${task}`)(error));
	return url === undefined ? inProcess : createRedisSchedule({ url, queue, tasks, fallback: inProcess, logger });
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
	console.error(redactFatalError(isReadable ? (error as Error).message : inspect(error)));
	process.exit(1);
}

process.on('uncaughtException', die);
main().catch(die);
