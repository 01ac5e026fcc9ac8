import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { container, type ILogger, type SapphireClient } from '@sapphire/framework';
import { ScheduledTaskStore } from '@sapphire/plugin-scheduled-tasks';
import '@sapphire/plugin-subcommands/register';
import { Events } from 'discord.js';
import { settleWithin } from './async/timeout.js';
import { connectedChecks, externalChecks } from './checks.js';
import { distinctiveSecretsOf, secretsOf } from './config/derived.js';
import { parseSettings, type Settings, SettingsError } from './config/env.js';
import { createClient } from './discord/client.js';
import { loginFailure } from './discord/login.js';
import { configurePieceLoading, trackInteractionReplies } from './discord/pieces.js';
import { ShuttingDownError } from './lifecycle.js';
import { RedactingLogger } from './logger.js';
import type { Schedule } from './reconciliation/domain/ports.js';
import { type CheckResult, runChecks, startReconciliationScheduler } from './reconciliation/index.js';
import { createRedactor, type Redactor } from './redaction/redactor.js';
import { createInProcessSchedule } from './schedule/in-process.js';
import { createRedisSchedule } from './schedule/redis.js';
import { openDatabase } from './store/connection/database.js';
import { DatabaseError } from './store/connection/errors.js';
import { createReeve } from './wiring.js';

// Reeve is idle all day: memory matters more than the seconds that a run spends on collecting garbage earlier.
setFlagsFromString('--heap-growing-percent=25');

/** Where the folders of pieces are, beside this file's own. */
const PIECES_ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** How loud the log says what was seen at the start. */
const LOG_LEVEL_OF = { ok: 'debug', warning: 'warn', error: 'error', blocking: 'error' } as const satisfies Record<
	CheckResult['verdict'],
	keyof ILogger
>;

/** How long the way down takes at most: whoever stops Reeve mostly waits for 10 seconds before they kill it. */
const SHUTDOWN_TIMEOUTS = { workMs: 5_000, repliesMs: 1_500 };
/** Discord or a database server that does not answer must not keep Reeve from stopping. */
const CLOSE_TIMEOUT_MS = 750;

/** Why Reeve cannot start, for the person who started it. */
class StartError extends Error {}

async function main(): Promise<void> {
	if (existsSync('.env')) process.loadEnvFile('.env');
	const { settings, warnings } = parseSettings(process.env);
	const masks = { all: createRedactor(secretsOf(settings)), distinctive: createRedactor(distinctiveSecretsOf(settings)) };
	redactFatalError = masks.all;
	const logger = new RedactingLogger(settings.LOG_LEVEL, masks.all);
	for (const warning of warnings) logger.warn(warning);
	process.on('unhandledRejection', (error) => logger.error('An error that nobody caught:', error));

	// Begun now, so that it costs the start no time.
	const around = runChecks(externalChecks(settings, [], masks.all));
	const database = await openDatabase({ url: settings.DATABASE_URL, dataDir: settings.DATA_DIR, mask: masks.distinctive });
	const client = createClient({
		guildId: settings.DISCORD_GUILD_ID,
		apiUrl: settings.DISCORD_API_URL,
		piecesRoot: PIECES_ROOT,
		logger,
		mask: masks.distinctive
	});
	container.stores.register(new ScheduledTaskStore().registerPath(join(PIECES_ROOT, 'tasks')));
	const reeve = createReeve({ settings, database, client, logger, masks });
	configurePieceLoading(container.stores.values());
	trackInteractionReplies(container.stores.get('interaction-handlers'), reeve.attend);
	Object.assign(container, { settings, database, reeve });

	const down: (() => Promise<unknown>)[] = [];
	down.push(
		() => settleWithin(CLOSE_TIMEOUT_MS, database.close()),
		() => settleWithin(CLOSE_TIMEOUT_MS, client.destroy()),
		() => reeve.stop(SHUTDOWN_TIMEOUTS)
	);
	let stopping = false;
	const stop = async (signal: NodeJS.Signals) => {
		if (stopping) return;
		stopping = true;
		logger.info(`${signal}: finishing what is under way.`);
		for (const step of down.reverse()) await step().catch((error: unknown) => logger.error('While stopping:', error));
		logger.info('Stopped.');
		process.exit(0);
	};
	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);

	await reeve.noticeSettings();
	await logIn(client, settings);
	// Not waited for: whoever does not answer must not hold up the start.
	void Promise.all([around, runChecks(connectedChecks(settings, client, database))]).then(async (seen) => {
		const findings = seen.flat();
		for (const { verdict, subject, message } of findings) logger[LOG_LEVEL_OF[verdict]](`${subject}: ${message}`);
		await reeve.warnIfBlocked(findings);
	});
	await reeve.settleInterrupted();
	const failed = (what: string, error: unknown) => {
		if (!(error instanceof ShuttingDownError)) logger.error(`${what} failed:`, error);
	};
	// Not waited for: many fixes take a while.
	void reeve.continueBulks();
	// Not waited for: a mail server that is away must not hold up the schedule.
	void reeve.housekeep({ atStart: true }).catch((error: unknown) => failed('Delivering what waits', error));
	const schedule = createSchedule(settings, await reeve.queueName(), logger, (task, error) => failed(`The task ${task}`, error));
	// Before it is started: what was slept through may take a while, and somebody may want Reeve to stop meanwhile.
	down.push(() => schedule.stop());
	await startReconciliationScheduler(
		schedule,
		async () => {
			await reeve.runIfDue().catch((error: unknown) => failed('The daily run that was due', error));
			await reeve.verifyIfDue();
		},
		(error) => failed('The verification that was due', error)
	);
}

/** Wakes the task pieces: through Redis where the settings name one, else by itself. */
function createSchedule(
	{ REDIS_URL: url }: Settings,
	queue: string,
	logger: ILogger,
	onError: (task: string, error: unknown) => void
): Schedule {
	const tasks = () => container.stores.get('scheduled-tasks').values();
	const inProcess = createInProcessSchedule(tasks, onError);
	return url === undefined ? inProcess : createRedisSchedule({ url, queue, tasks, fallback: inProcess, logger });
}

/** Resolves when Discord has told about the servers. */
async function logIn(client: SapphireClient, settings: Settings): Promise<void> {
	const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
	try {
		await client.login(settings.DISCORD_TOKEN);
	} catch (error) {
		const reason = loginFailure(error);
		throw reason === null ? error : new StartError(reason);
	}
	await ready;
}

/** Until the settings are read, nobody knows what is secret; and nothing that fails so early quotes a value. */
let redactFatalError: Redactor = (text) => text;

/** Ends the process. Node itself would print an error as it is, with whatever secret it quotes. */
function die(error: unknown): never {
	// What the operator can mend is told in words alone; anything else is ours, and comes with its stack.
	const inWords = error instanceof SettingsError || error instanceof DatabaseError || error instanceof StartError;
	console.error(redactFatalError(inWords ? error.message : inspect(error)));
	process.exit(1);
}

process.on('uncaughtException', die);
main().catch(die);
