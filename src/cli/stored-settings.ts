import { parseSettings, type Settings } from '../config/env.js';
import { withStoredSettings } from '../config/stored-settings.js';
import type { Database } from '../store/connection/database.js';
import { settingStore } from '../store/settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of an environment, completed by those that operators chose in Discord.
 * @param settings - of the environment alone
 * @throws {SettingsError} if both together are invalid
 */
export async function completeSettings(settings: Settings, environment: Environment, database: Database): Promise<Settings> {
	const stored = await settingStore(database, settings.DISCORD_GUILD_ID).readSettings();
	return parseSettings(withStoredSettings(environment, stored)).settings;
}
