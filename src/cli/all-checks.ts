import { Client, Events } from 'discord.js';
import { externalChecks, guildChecks, lastRunCheck, onDemandChecks, storageChecks } from '../checks.js';
import { databaseSettings } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import { clientOptions } from '../discord/client.js';
import { loginFailure } from '../discord/login.js';
import { type CheckResult, runChecks } from '../reconciliation/health/doctor.js';
import type { Redactor } from '../redaction/redactor.js';
import { type Database, openDatabase } from '../store/connection/database.js';
import { DatabaseError, FolderInUseError } from '../store/connection/errors.js';
import { createLedger } from '../store/ledger.js';
import { openForReading } from './open-database.js';
import { completeSettings } from './stored-settings.js';

/** Maximum wait for the login and the list of guilds. */
const LOGIN_TIMEOUT_MS = 15_000;

export interface CheckedSettings {
	/** Those of the environment alone. */
	readonly settings: Settings;
	readonly warnings: readonly string[];
	/** The variables that they were read from. What is stored in the database completes them. */
	readonly environment: Environment;
	readonly redact: Redactor;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Every check of the doctor, with a login and a database of its own. May run beside Reeve.
 * @throws {SettingsError} if the stored settings and these are invalid together
 */
export async function runAllChecks({ settings: given, warnings, environment, redact }: CheckedSettings): Promise<readonly CheckResult[]> {
	const { database, failure, settings } = await open(given, environment);
	const external = runChecks([...externalChecks(settings, warnings, redact), ...onDemandChecks(settings)]);
	const client = new Client(clientOptions(settings.DISCORD_API_URL, redact));
	try {
		const store = database && createLedger(database, settings.DISCORD_GUILD_ID);
		const storage =
			database && store ? await runChecks([...storageChecks(settings, database, store), lastRunCheck(settings, store)]) : failure;
		const loginError = await logIn(client, settings.DISCORD_TOKEN);
		const discord = client.isReady()
			? await runChecks(guildChecks(settings, { client, managedRoles: store, justLoggedIn: false }))
			: [
					{
						subject: 'Discord',
						verdict: 'blocking' as const,
						message: loginError ?? 'Discord accepted the login but did not send the servers in time. Try again later.'
					}
				];
		return [...discord, ...(await external), ...storage];
	} finally {
		await client.destroy();
		await database?.close();
	}
}

/** The database, or null and a result that says why it cannot be opened; and the settings, with those that are stored in it. */
async function open(
	given: Settings,
	environment: Environment
): Promise<{ readonly database: Database | null; readonly failure: readonly CheckResult[]; readonly settings: Settings }> {
	try {
		const database = await openDatabase(databaseSettings(given));
		return { database, failure: [], settings: await completeSettings(given, environment, database) };
	} catch (error) {
		if (!(error instanceof DatabaseError)) throw error;
		const running = error instanceof FolderInUseError;
		const settings = running ? await storedInCopy(given, environment) : given;
		const message = running ? 'In use: Reeve is running. /reconcile doctor checks the database and the last runs.' : error.message;
		return { database: null, failure: [{ subject: 'Database', verdict: running ? 'ok' : 'blocking', message }], settings };
	}
}

/** The settings of a running Reeve with an embedded database. */
async function storedInCopy(given: Settings, environment: Environment): Promise<Settings> {
	const { database, close } = await openForReading(given);
	try {
		return await completeSettings(given, environment, database);
	} finally {
		await close();
	}
}

/** @returns an operator-readable reason why the login failed; null if it succeeded */
async function logIn(client: Client, token: string): Promise<string | null> {
	const ready = new Promise((resolve) => {
		client.once(Events.ClientReady, resolve);
		setTimeout(resolve, LOGIN_TIMEOUT_MS).unref();
	});
	try {
		await client.login(token);
		await ready;
		return null;
	} catch (error) {
		return loginFailure(error) ?? `The login to Discord failed: ${error instanceof Error ? error.message : String(error)}`;
	}
}
