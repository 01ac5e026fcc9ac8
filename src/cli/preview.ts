import { existsSync } from 'node:fs';
import { Client } from 'discord.js';
import { DOTENV, parseSettings, type Settings, SettingsError } from '../config/env.js';
import { readEnvFile } from '../config/next-settings.js';
import { clientOptions } from '../discord/client.js';
import { waitForGateway } from '../discord/login.js';
import { losesAccess, previewJson, previewLines } from '../messages/replies/preview.js';
import type { Preview } from '../reconciliation/runs/preview.js';
import type { Redactor } from '../redaction/redactor.js';
import { createLedger } from '../store/ledger.js';
import { createBilling } from '../stripe/billing.js';
import { billingOptions } from '../wiring/ports.js';
import { NothingToCompareError, previewSettings } from '../wiring/preview.js';
import { openForReading } from './open-database.js';
import { print, printError, readArguments, redactSecretsOf, runProgram, UsageError } from './program.js';
import { completeSettings } from './stored-settings.js';

/**
 * `npm run preview -- --env-file new.env [--json]`: who would gain and who would lose access under new settings. Changes nothing, and may
 * run beside Reeve. Exits with 2 if someone would lose access or move down, with 1 if it fails.
 */

const USAGE = 'Usage: npm run preview -- --env-file new.env [--json]';

interface Arguments {
	readonly envFile: string;
	readonly json: boolean;
}

function readPreviewArguments(): Arguments {
	const { values } = readArguments({ 'env-file': { type: 'string' }, json: { type: 'boolean', default: false } }, USAGE);
	if (!values['env-file']) throw new UsageError(USAGE);
	return { envFile: values['env-file'], json: values.json };
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

/** An environment and its settings. */
interface Given {
	readonly environment: NodeJS.ProcessEnv;
	readonly settings: Settings;
}

/** @throws {SettingsError} */
function settingsIn(environment: NodeJS.ProcessEnv): Given {
	return { environment, settings: parseSettings(environment).settings };
}

/** @returns the settings in force, null if they are incomplete; and the new ones @throws {SettingsError | UsageError} */
function readSettings({ envFile }: Arguments): { readonly inForce: Given | null; readonly proposed: Given } {
	if (!existsSync(envFile)) throw new UsageError(`There is no file ${envFile}. ${USAGE}`);
	const file = readFile(envFile);
	const dotenv = existsSync(DOTENV) ? readEnvFile(DOTENV) : {};
	const isComplete = REQUIRED.every((name) => file[name]);
	const proposed = settingsIn({ ...(isComplete ? {} : dotenv), ...process.env, ...file });
	try {
		return { inForce: settingsIn({ ...dotenv, ...process.env }), proposed };
	} catch (error) {
		if (error instanceof SettingsError) return { inForce: null, proposed };
		throw error;
	}
}

async function main(): Promise<number> {
	const given = readPreviewArguments();
	const { inForce, proposed } = readSettings(given);
	const redact = redactSecretsOf(...(inForce === null ? [] : [inForce.settings]), proposed.settings);
	const preview = await read(inForce, proposed, redact);
	for (const line of given.json ? [previewJson(preview)] : previewLines(preview)) print(line);
	return losesAccess(preview) ? 2 : 0;
}

async function read(inForce: Given | null, given: Given, redact: Redactor): Promise<Preview> {
	const { database, close } = await openForReading(given.settings);
	const client = new Client(clientOptions(given.settings.DISCORD_API_URL, redact));
	try {
		const complete = ({ settings, environment }: Given) => completeSettings(settings, environment, database);
		const proposed = await complete(given);
		await waitForGateway(client, proposed.DISCORD_TOKEN, printError);
		const guildId = proposed.DISCORD_GUILD_ID;
		const billingFor = (discordIdKey: string) => createBilling({ ...billingOptions(proposed), discordIdKey });
		const deps = { client, guildId, store: createLedger(database, guildId), billingFor };
		return await previewSettings(deps, { inForce: inForce === null ? null : await complete(inForce), proposed }, () => {});
	} finally {
		await client.destroy();
		await close();
	}
}

runProgram('The preview', main, [NothingToCompareError]);
