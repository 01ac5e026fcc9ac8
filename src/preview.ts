import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Client } from 'discord.js';
import { databaseSettings, secretsOf } from './config/derived.js';
import { DOTENV, parseSettings, type Settings, SettingsError } from './config/env.js';
import { readEnvFile } from './config/next-settings.js';
import { clientOptions } from './discord/client.js';
import { loginFailure, waitForGateway } from './discord/login.js';
import { losesAccess, previewJson, previewLines } from './messages/replies/preview.js';
import { SourceError } from './reconciliation/domain/ports.js';
import type { Preview } from './reconciliation/runs/preview.js';
import { createRedactor } from './redaction/redactor.js';
import { copyDatabase } from './store/connection/copy.js';
import { type Database, openDatabase } from './store/connection/database.js';
import { DatabaseError, FolderInUseError } from './store/connection/errors.js';
import { createLedger } from './store/ledger.js';
import { createBilling } from './stripe/billing.js';
import { billingOptions } from './wiring/ports.js';
import { NothingToCompareError, previewSettings } from './wiring/preview.js';

/**
 * `npm run preview -- --env-file new.env [--json]`: who would gain and who would lose access under new settings. Changes nothing, and may
 * run beside Reeve. Exits with 2 if someone would lose access or move down, with 1 if it fails.
 */

const USAGE = 'Usage: npm run preview -- --env-file new.env [--json]';

class UsageError extends Error {}

interface Arguments {
	readonly envFile: string;
	readonly json: boolean;
}

function readArguments(given: readonly string[]): Arguments {
	let envFile: string | undefined;
	let json = false;
	const rest = [...given];
	for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
		if (argument === '--json') json = true;
		else if (argument === '--env-file') envFile = rest.shift();
		else if (argument.startsWith('--env-file=')) envFile = argument.slice('--env-file='.length);
		// Keeps Node.js from reading the options behind it as its own.
		else if (argument !== '--') throw new UsageError(`${argument} is not an option. ${USAGE}`);
	}
	if (!envFile) throw new UsageError(USAGE);
	return { envFile, json };
}

/** @throws {UsageError} if it cannot be read */
function readFile(path: string): ReturnType<typeof readEnvFile> {
	try {
		return readEnvFile(path);
	} catch (error) {
		const reason = (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'is a folder' : 'cannot be read: check its permissions';
		throw new UsageError(`${path} ${reason}. ${USAGE}`);
	}
}

/** A file with these has all settings, and replaces `.env`; any other changes some of it. */
const REQUIRED = ['DISCORD_TOKEN', 'DISCORD_GUILD_ID', 'STRIPE_SECRET_KEY'];

/** @returns the settings in force, null if they are incomplete; and the new ones @throws {SettingsError | UsageError} */
function readSettings({ envFile }: Arguments): { readonly inForce: Settings | null; readonly proposed: Settings } {
	if (!existsSync(envFile)) throw new UsageError(`There is no file ${envFile}. ${USAGE}`);
	const file = readFile(envFile);
	const dotenv = existsSync(DOTENV) ? readEnvFile(DOTENV) : {};
	const isComplete = REQUIRED.every((name) => file[name]);
	const { settings: proposed } = parseSettings({ ...(isComplete ? {} : dotenv), ...process.env, ...file });
	try {
		return { inForce: parseSettings({ ...dotenv, ...process.env }).settings, proposed };
	} catch (error) {
		if (error instanceof SettingsError) return { inForce: null, proposed };
		throw error;
	}
}

async function main(): Promise<number> {
	const given = readArguments(process.argv.slice(2));
	const { inForce, proposed } = readSettings(given);
	redact = createRedactor([inForce, proposed].flatMap((settings) => (settings === null ? [] : secretsOf(settings))));
	const preview = await read(inForce, proposed);
	const lines = given.json ? [previewJson(preview)] : previewLines(preview);
	for (const line of lines) console.log(redact(line));
	return losesAccess(preview) ? 2 : 0;
}

async function read(inForce: Settings | null, proposed: Settings): Promise<Preview> {
	const { database, close } = await openForReading(proposed);
	const client = new Client(clientOptions(proposed.DISCORD_API_URL, redact));
	try {
		await waitForGateway(client, proposed.DISCORD_TOKEN, (warning) => console.error(warning));
		const guildId = proposed.DISCORD_GUILD_ID;
		const billingFor = (discordIdKey: string) => createBilling({ ...billingOptions(proposed), discordIdKey });
		const deps = { client, guildId, store: createLedger(database, guildId), billingFor };
		return await previewSettings(deps, { inForce, proposed }, () => {});
	} finally {
		await client.destroy();
		await close();
	}
}

/** The database; of a running Reeve with an embedded one, a copy. */
async function openForReading(settings: Settings): Promise<{ readonly database: Database; readonly close: () => Promise<void> }> {
	const options = databaseSettings(settings);
	try {
		const database = await openDatabase(options);
		return { database, close: () => database.close() };
	} catch (error) {
		if (!(error instanceof FolderInUseError)) throw error;
	}
	const dataDir = await copyDatabase(options.dataDir);
	const remove = () => rm(dataDir, { recursive: true, force: true });
	try {
		const database = await openDatabase({ ...options, dataDir });
		return { database, close: () => database.close().finally(remove) };
	} catch (error) {
		await remove();
		throw error;
	}
}

let redact = (text: string) => text;

/** What an operator can do something about is printed without its stack. */
function failureText(error: unknown): string {
	const isReadable = [SettingsError, UsageError, SourceError, DatabaseError, NothingToCompareError].some((type) => error instanceof type);
	if (isReadable) return (error as Error).message;
	return loginFailure(error) ?? `The preview failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

main().then(
	(code) => process.exit(code),
	(error: unknown) => {
		console.error(redact(failureText(error)));
		process.exit(1);
	}
);
