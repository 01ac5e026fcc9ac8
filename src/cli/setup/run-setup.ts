import type { Guild } from 'discord.js';
import { parseSettings, SettingsError, settingNames, settingProblem } from '../../config/env.js';
import { storableSettings, tiersOf } from '../../config/stored-settings.js';
import { count } from '../../messages/format/format.js';
import { doctorLines, verdictOf } from '../../messages/replies/doctor.js';
import { runAllChecks } from '../all-checks.js';
import { redactSecretsOf, UsageError } from '../program.js';
import type { Session } from './ask.js';
import { askAdminChannel, askOperators, askServer, askTiers, connectToDiscord } from './discord.js';
import { Draft } from './draft.js';
import { type EnvFile, openEnvFile, writeEnvFile } from './env-file.js';
import { askPrices } from './prices.js';
import type { Prompts } from './prompts.js';
import { askMail, askSchedule, askStorage } from './services.js';
import { askMetadataKey, askStripeKey } from './stripe.js';

/** The course of setup: questions, the file, the doctor's checks. */

type Values = Readonly<NodeJS.Dict<string>>;

export interface SetupOptions {
	/** The file to write. */
	readonly path: string;
	/** Text of a file that does not exist yet. */
	readonly template: string;
	readonly environment: Values;
	/** Settings from the command line; they go before the environment's and the file's. */
	readonly set: Values;
	/** Write without asking, also into a file that exists. */
	readonly yes: boolean;
	/** Null: asks nothing. */
	readonly prompts: Prompts | null;
	/** For what is printed without questions. */
	readonly print: (line: string) => void;
}

/** The sandbox alone gives them. */
const API_URLS = ['DISCORD_API_URL', 'STRIPE_API_URL'] as const;

/**
 * Asks for the settings unless they are given, writes them, and checks them as the doctor does.
 * @returns the exit code: 1 if a check fails, which leaves the file written
 * @throws {UsageError | SettingsError | CancelledError} nothing was written
 */
export async function runSetup(options: SetupOptions): Promise<number> {
	const { path, template, environment, set, prompts, print } = options;
	const file = await openEnvFile(path, template);
	const known = { ...file.values, ...environment, ...set };
	assertSettings(set, known);
	const draft = new Draft(file.values, { ...givenSettings(environment, known), ...set });
	const urls = apiUrlsOf(known);
	if (prompts !== null) await askAll({ prompts, draft }, file, urls);
	const settings = { ...draft.environment(), ...urls };
	redactSecretsOf(readable(settings, prompts === null).settings);
	const done = await write(options, file, draft);
	if (!done) return 0;
	warnAboutEnvironment(options, draft);
	const atStart = { ...settings, ...environment };
	const { settings: written, warnings } = parseSettings(atStart);
	const results = await runAllChecks({ settings: written, warnings, environment: atStart, redact: redactSecretsOf(written) });
	for (const line of doctorLines(results)) print(line);
	const isWorking = results.every(({ verdict }) => verdict === 'ok' || verdict === 'warning');
	print(`\n${verdictOf(results)}.`);
	print(isWorking ? 'Next: npm start, then /reconcile run in your server.' : 'Fix that, check again with npm run doctor, then npm start.');
	return isWorking ? 0 : 1;
}

async function askAll(session: Session, file: EnvFile, urls: Readonly<Record<(typeof API_URLS)[number], string>>): Promise<void> {
	const { prompts } = session;
	prompts.title('Reeve setup');
	prompts.say(
		file.exists
			? `${file.path} has settings already: Enter keeps each of them. Nothing is written before you have seen the changes.`
			: `Each answer is checked as you give it. At the end, the settings are written to ${file.path}.`
	);
	const client = await connectToDiscord(session, urls.DISCORD_API_URL);
	try {
		const guild = await askServer(session, client);
		await askOperators(session, guild);
		const tiers = (await isChosenHere(session, file)) ? await askChannelAndTiers(session, guild) : null;
		const access = await askStripeKey(session, urls.STRIPE_API_URL);
		await askMetadataKey(session, access);
		if (tiers !== null) await askPrices(session, access, tiers);
		await askSchedule(session);
		await askMail(session);
		await askStorage(session);
	} finally {
		await client.destroy();
	}
}

/** What `/reconcile setup` asks for, too. What the file says of it goes before what was chosen in Discord. */
async function isChosenHere({ prompts, draft }: Session, file: EnvFile): Promise<boolean> {
	const isSet = storableSettings(tiersOf(draft.environment())).some((name) => draft.get(name) !== undefined);
	const message = `Choose the channel, the roles and the prices here? ${file.path} then goes before /reconcile setup. No: choose them with /reconcile setup in Discord`;
	return prompts.confirm(message, isSet || !file.exists);
}

async function askChannelAndTiers(session: Session, guild: Guild): Promise<readonly string[]> {
	await askAdminChannel(session, guild);
	return askTiers(session, guild);
}

/** Shows the changes, and writes them if that is wanted. @returns whether the file has them now */
async function write({ prompts, yes, print }: SetupOptions, file: EnvFile, draft: Draft): Promise<boolean> {
	const changes = draft.changes();
	const say = (text: string) => (prompts === null ? print(text) : prompts.say(text));
	if (changes.size === 0) {
		say(`${file.path} has these settings already.`);
		return true;
	}
	say([`${count(changes.size, 'change')} in ${file.path}:`, ...draft.describeChanges()].join('\n'));
	if (prompts !== null) {
		if (!(await prompts.confirm(`Write ${file.path}?`, true))) {
			prompts.end('Nothing was written.');
			return false;
		}
	} else if (file.exists && !yes)
		throw new UsageError(`${file.path} exists: add --yes to write these changes into it. Nothing was written.`);
	const backup = await writeEnvFile(file, changes);
	const written = `Wrote ${file.path}, which only you may read.${backup === null ? '' : ` What it had before is in ${backup}.`}`;
	if (prompts === null) print(written);
	else prompts.end(`${written} Checking everything …`);
	return true;
}

/** The settings among the variables of the environment. */
function givenSettings(environment: Values, known: Values): Values {
	const names = new Set(namesOf(known));
	return Object.fromEntries(
		Object.entries(environment).filter(([name, value]) => names.has(name) && !isApiUrl(name) && value !== undefined && value.trim() !== '')
	);
}

/** @throws {UsageError} if one of them is no setting */
function assertSettings(set: Values, known: Values): void {
	const names = new Set(namesOf(known));
	for (const name of Object.keys(set))
		if (!names.has(name)) throw new UsageError(`${name} is not a setting: see .env.example for their names. Nothing was written.`);
}

function namesOf(known: Values): readonly string[] {
	return settingNames(tiersOf(known));
}

const isApiUrl = (name: string) => API_URLS.some((each) => each === name);

/** @throws {UsageError} if one is invalid */
function apiUrlsOf(known: Values): Record<(typeof API_URLS)[number], string> {
	const urlOf = (name: (typeof API_URLS)[number], standard: string) => {
		const url = known[name]?.trim() || standard;
		const problem = settingProblem(name, url);
		if (problem !== undefined) throw new UsageError(`${name}: ${problem} Nothing was written.`);
		return url.replace(/\/+$/, '');
	};
	return {
		DISCORD_API_URL: urlOf('DISCORD_API_URL', 'https://discord.com/api'),
		STRIPE_API_URL: urlOf('STRIPE_API_URL', 'https://api.stripe.com')
	};
}

/** @param isGiven - whether no question was asked @throws {UsageError} naming all that is missing or invalid */
function readable(settings: Values, isGiven: boolean): ReturnType<typeof parseSettings> {
	try {
		return parseSettings(settings);
	} catch (error) {
		if (!(error instanceof SettingsError)) throw error;
		const help = isGiven
			? 'Give them as variables of the environment or with --set NAME=value, or run npm run setup in a terminal, which asks for them.'
			: 'Correct them in the file, then run setup again.';
		throw new UsageError(
			[
				`Nothing was written: ${count(error.problems.length, 'setting needs', 'settings need')} fixing.`,
				...error.problems.map((line) => `  • ${line}`),
				help
			].join('\n')
		);
	}
}

/** A variable of the environment goes before the file at every start. */
function warnAboutEnvironment({ environment, path, print }: SetupOptions, draft: Draft): void {
	const settings = draft.environment();
	const others = Object.keys(settings).filter((name) => environment[name]?.trim() && environment[name]?.trim() !== settings[name]);
	if (others.length > 0)
		print(`The environment sets ${others.join(', ')} otherwise, which goes before ${path}: remove it there to use what was written.`);
}
