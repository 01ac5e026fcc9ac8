import { existsSync } from 'node:fs';
import { Client, Events } from 'discord.js';
import { checkOfRuns, checksAround, checksOfDatabase, checksOfDiscord, checksOnDemand } from './checks.js';
import { secretsOf } from './config/derived.js';
import { parseSettings, type Settings, SettingsError } from './config/env.js';
import { clientOptions } from './discord/client.js';
import { loginFailure } from './discord/login.js';
import { createMask, type Mask } from './masking.js';
import { examine, type Finding } from './reconciliation/index.js';
import { doctorLines, verdictOf } from './report/doctor.js';
import { type Database, openDatabase } from './store/database.js';
import { DatabaseError, FolderInUseError } from './store/errors.js';

/** `npm run doctor`: looks whether all is as Reeve needs it, before or while Reeve runs, and says how to put right what is not. */

/** How long Discord may take to let Reeve in and tell about the servers. */
const LOGIN_WITHIN_MS = 15_000;

/** @returns whether nothing is wrong */
async function main(): Promise<boolean> {
	if (existsSync('.env')) process.loadEnvFile('.env');
	const { settings, warnings } = parseSettings(process.env);
	const mask = createMask(secretsOf(settings));
	const findings = await lookAtAll(settings, warnings, mask);
	const print = (line: string) => console.log(mask(line));
	for (const line of doctorLines(findings)) print(line);
	print(`\n${verdictOf(findings)}.`);
	return !findings.some(({ verdict }) => verdict === 'blocks' || verdict === 'wrong');
}

async function lookAtAll(settings: Settings, warnings: readonly string[], mask: Mask): Promise<readonly Finding[]> {
	const around = examine([...checksAround(settings, warnings, mask), ...checksOnDemand(settings)]);
	const database = await open(settings);
	const client = new Client(clientOptions(settings.DISCORD_API_URL, mask));
	try {
		const opened = 'verdict' in database ? null : database;
		const ofDatabase =
			'verdict' in database ? [database] : await examine([...checksOfDatabase(settings, database), checkOfRuns(settings, database)]);
		const refused = await logIn(client, settings.DISCORD_TOKEN);
		const ofDiscord = client.isReady()
			? await examine(checksOfDiscord(settings, { client, database: opened, justLoggedIn: false }))
			: [
					{
						about: 'Discord',
						verdict: 'blocks' as const,
						words: refused ?? 'Discord let Reeve in and then told it nothing. Try again later.'
					}
				];
		return [...ofDiscord, ...(await around), ...ofDatabase];
	} finally {
		await client.destroy();
		if (!('verdict' in database)) await database.close();
	}
}

/** @returns the database, or why it cannot be looked at */
async function open({ DATABASE_URL: url, DATA_DIR: dataDir }: Settings): Promise<Database | Finding> {
	try {
		return await openDatabase({ url, dataDir });
	} catch (error) {
		if (!(error instanceof DatabaseError)) throw error;
		if (!(error instanceof FolderInUseError)) return { about: 'Database', verdict: 'blocks', words: error.message };
		return {
			about: 'Database',
			verdict: 'well',
			words: 'Reeve is running and has it. /reconcile doctor looks at it, and at the last runs.'
		};
	}
}

/** @returns why Discord did not let Reeve in; null where it did */
async function logIn(client: Client, token: string): Promise<string | null> {
	const ready = new Promise((resolve) => {
		client.once(Events.ClientReady, resolve);
		setTimeout(resolve, LOGIN_WITHIN_MS).unref();
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
