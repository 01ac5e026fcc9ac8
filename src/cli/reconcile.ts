import { inspect } from 'node:util';
import { Client } from 'discord.js';
import { settleWithin } from '../async/timeout.js';
import { databaseSettings, distinctiveSecretsOf } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import { clientOptions } from '../discord/client.js';
import { waitForGateway } from '../discord/login.js';
import { ShuttingDownError } from '../lifecycle.js';
import { LogEntry } from '../log-entry.js';
import { exitCodeOf, type OneShot, oneShotJson, oneShotLines } from '../messages/replies/one-shot.js';
import { COMMAND_LINE } from '../reconciliation/domain/run.js';
import { RunInProgressError } from '../reconciliation/runs/run.js';
import { createRedactor, type Redactors } from '../redaction/redactor.js';
import type { Reeve } from '../reeve.js';
import { type Database, openDatabase } from '../store/connection/database.js';
import { FolderInUseError } from '../store/connection/errors.js';
import { claimDatabase } from '../store/connection/owner.js';
import { createReeve } from '../wiring/services.js';
import { loadSettings, print, printError, readArguments, runProgram, UsageError } from './program.js';
import { completeSettings } from './stored-settings.js';

/**
 * `npm run reconcile -- --once [--fix] [--json]`: one run over all members, without the bot: for cron and CI. Reports it in the admin channel
 * and by mail, as `/reconcile run` does. Exits with 0 without drift, 1 if it failed, 2 with open issues, 3 if something is on hold.
 */

const USAGE = 'Usage: npm run reconcile -- --once [--fix] [--json]';

/** How long an interrupted run may take to end, and the messages about it. Process managers send SIGKILL 10 seconds after SIGTERM. */
const STOP = { workMs: 6_000, repliesMs: 1_500 };
/** How long messages about the fixes of a finished run may take. */
const FINISH = { workMs: 30_000, repliesMs: 30_000 };
const CLOSE_TIMEOUT_MS = 750;

async function main(): Promise<number> {
	const options = {
		once: { type: 'boolean' },
		fix: { type: 'boolean', default: false },
		json: { type: 'boolean', default: false }
	} as const;
	const { values } = readArguments(options, USAGE);
	if (!values.once) throw new UsageError(`--once is missing: the daily runs are those of the bot (npm start). ${USAGE}`);
	const { settings, warnings, redact } = loadSettings();
	for (const warning of warnings) printError(warning);
	const finished = await reconcile(settings, values.fix, { all: redact, distinctive: createRedactor(distinctiveSecretsOf(settings)) });
	for (const line of values.json ? [oneShotJson(finished)] : oneShotLines(finished)) print(line);
	return exitCodeOf(finished);
}

async function reconcile(given: Settings, autoFix: boolean, redactors: Redactors): Promise<OneShot> {
	const database = await open(given, redactors);
	const settings = await completeSettings(given, process.env, database);
	const client = new Client(clientOptions(settings.DISCORD_API_URL, redactors.distinctive));
	const reeve = createReeve({ settings, database, client, redactors, logger: LOGGER });
	const stop = stopOnSignal(reeve);
	try {
		await Promise.race([waitForGateway(client, settings.DISCORD_TOKEN, printError), stop]);
		if (client.guilds.cache.has(settings.DISCORD_GUILD_ID)) await claimDatabase(database, databaseSettings(settings).guild);
		const finished = await run(reeve, autoFix);
		await reeve.lifecycle.shutdown(FINISH);
		return finished;
	} finally {
		await settleWithin(CLOSE_TIMEOUT_MS, client.destroy());
		await settleWithin(CLOSE_TIMEOUT_MS, database.close());
	}
}

async function open(settings: Settings, redactors: Redactors): Promise<Database> {
	try {
		return await openDatabase({ ...databaseSettings(settings), redact: redactors.distinctive, onNotice: printError });
	} catch (error) {
		if (!(error instanceof FolderInUseError)) throw error;
		throw new UsageError(
			`Reeve is running and uses the database in ${settings.DATA_DIR}, which only one process can open. Use /reconcile run in Discord, or stop Reeve first. With PostgreSQL (DATABASE_URL), this command may run beside the bot.`
		);
	}
}

/** Runs once, and does what the bot does every few minutes: it recovers what was interrupted, and delivers what could not be delivered before. */
async function run({ runs, reports, health }: Reeve, autoFix: boolean): Promise<OneShot> {
	try {
		await runs.recover();
		const result = await runs.start({ triggeredBy: 'manual', requestedBy: COMMAND_LINE, autoFix });
		// Only a scheduled run or a verification may have been done already.
		if (result === null) throw new RunInProgressError();
		await health.housekeep({ atStart: false }).catch((error: unknown) => {
			if (!(error instanceof ShuttingDownError)) LOGGER.error('Delivering pending notifications failed:', error);
		});
		const view = await reports.view(result.runId).catch(() => null);
		return { result, states: view?.states ?? new Map(), report: await reports.locate(result.runId) };
	} catch (error) {
		if (error instanceof ShuttingDownError)
			throw new UsageError(
				'Stopped before the run had ended. If it had begun, the next run, or the bot, reports it as failed and settles fixes in progress.'
			);
		if (!(error instanceof RunInProgressError)) throw error;
		throw new UsageError('Another run is in progress. Its report will appear in the admin channel; then try again if you need to.');
	}
}

/** Shuts down gracefully on the first SIGTERM or SIGINT: no further fix starts. @returns rejects then, for what comes before the run */
function stopOnSignal({ lifecycle }: Reeve): Promise<never> {
	const stopped = new Promise<never>((_, reject) => {
		const shutDown = (signal: NodeJS.Signals) => {
			if (lifecycle.shuttingDown) return;
			printError(`${signal} received, shutting down: waiting for work in progress.`);
			reject(new UsageError('Stopped before the run had begun. Nothing was changed.'));
			void lifecycle.shutdown(STOP);
		};
		process.on('SIGTERM', shutDown);
		process.on('SIGINT', shutDown);
	});
	// Nothing waits for it once the run has begun.
	stopped.catch(() => {});
	return stopped;
}

/** To the standard error: a result on the standard output stays readable for programs. */
const LOGGER = { error: log, warn: log, info: () => {} };

function log(...values: readonly unknown[]): void {
	printError(values.map((value) => (typeof value === 'string' || value instanceof LogEntry ? String(value) : inspect(value))).join(' '));
}

runProgram('The run', main);
