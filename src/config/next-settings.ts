import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { DOTENV, parseSettings, type Settings, settingNames } from './env.js';

/** The settings that a later start would use. */

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of a file in the form of `.env`. @throws if it cannot be read */
export function readEnvFile(path: string): Environment {
	return parseEnv(readFileSync(path, 'utf8'));
}

/** The environment of a start now: `.env` as it is now completes what the process was given. @param given - before `.env` was loaded */
export function environmentOfNextStart(given: Environment): Environment {
	return { ...(existsSync(DOTENV) ? readEnvFile(DOTENV) : {}), ...given };
}

/** The settings that decide about roles. */
const RULE_SETTINGS =
	/^(RECONCILIATION_(TIERS|GRACE_HOURS|DEBTOR_DAYS)|STRIPE_(DISCORD_ID_KEY|UNMAPPED_PRICES|\w+_PRICE_IDS)|DISCORD_\w+_ROLE)$/;

export function ruleSettingNames(tiers: readonly string[]): readonly string[] {
	return settingNames(tiers).filter((name) => RULE_SETTINGS.test(name));
}

/** @throws {SettingsError} */
export function settingsWith(environment: Environment, changes: Environment): Settings {
	return parseSettings({ ...environment, ...changes }).settings;
}
