import { existsSync } from 'node:fs';
import { Client, Events } from 'discord.js';
import { externalChecks, guildChecks, lastRunCheck, onDemandChecks, storageChecks } from './checks.js';
import { secretsOf } from './config/derived.js';
import { parseSettings, type Settings, SettingsError } from './config/env.js';
import { clientOptions } from './discord/client.js';
import { loginFailure } from './discord/login.js';
import { doctorLines, verdictOf } from './messages/replies/doctor.js';
import { type CheckResult, runChecks } from './reconciliation/index.js';
import { createRedactor, type Redactor } from './redaction/redactor.js';
import { type Database, openDatabase } from './store/connection/database.js';
import { DatabaseError, FolderInUseError } from './store/connection/errors.js';

/** `npm run doctor`: looks whether all is as Reeve needs it, before or while Reeve runs, and says how to put right what is not. */

/** How long Discord may take to let Reeve in and tell subject the servers. */
const LOGIN_TIMEOUT_MS = 15_000;

/** @returns whether nothing is wrong */
async function main(): Promise<boolean> {
	if (existsSync('.env')) process.loadEnvFile('.env');
	const { settings, warnings } = parseSettings(process.env);
	const mask = createRedactor(secretsOf(settings));
	const findings = await runAllChecks(settings, warnings, mask);
	const print = (line: string) => console.log(mask(line));
	for (const line of doctorLines(findings)) print(line);
	print(`\n${verdictOf(findings)}.`);
	return !findings.some(({ verdict }) => verdict === 'blocking' || verdict === 'error');
}

async function runAllChecks(settings: Settings, warnings: readonly string[], mask: Redactor): Promise<readonly CheckResult[]> {
	const around = runChecks([...externalChecks(settings, warnings, mask), ...onDemandChecks(settings)]);
	const database = await open(settings);
	const client = new Client(clientOptions(settings.DISCORD_API_URL, mask));
	try {
		const opened = 'verdict' in database ? null : database;
		const ofDatabase =
			'verdict' in database ? [database] : await runChecks([...storageChecks(settings, database), lastRunCheck(settings, database)]);
		const refused = await logIn(client, settings.DISCORD_TOKEN);
		const ofDiscord = client.isReady()
			? await runChecks(guildChecks(settings, { client, database: opened, justLoggedIn: false }))
			: [
					{
						subject: 'Discord',
						verdict: 'blocking' as const,
						message: refused ?? 'Discord let Reeve in and then told it nothing. Try again later.'
					}
				];
		return [...ofDiscord, ...(await around), ...ofDatabase];
	} finally {
		await client.destroy();
		if (!('verdict' in database)) await database.close();
	}
}

/** @returns the database, or why it cannot be looked at */
async function open({ DATABASE_URL: url, DATA_DIR: dataDir }: Settings): Promise<Database | CheckResult> {
	try {
		return await openDatabase({ url, dataDir });
	} catch (error) {
		if (!(error instanceof DatabaseError)) throw error;
		if (!(error instanceof FolderInUseError)) return { subject: 'Database', verdict: 'blocking', message: error.message };
		return {
			subject: 'Database',
			verdict: 'ok',
			message: 'Reeve is running and has it. /reconcile doctor looks at it, and at the last runs.'
		};
	}
}

/** @returns why Discord did not let Reeve in; null where it did */
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
		return loginFailure(error) ?? `Discord could not be asked: ${error instanceof Error ? error.message : String(error)}`;
	}
}

main().then(
	(well) => process.exit(well ? 0 : 1),
	(error: unknown) => {
		console.error(error instanceof SettingsError ? error.message : error);
		process.exit(1);
	}
);
