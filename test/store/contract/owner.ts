import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { claimDatabase, type DatabaseGuild } from '../../../src/store/connection/owner.js';
import { snowflake } from '../builders.js';

/** @param using - opens the same database, which has no owner before each test, and closes it afterwards */
export function ownerContract(using: (guild: DatabaseGuild, work: (database: Database) => Promise<void>) => Promise<void>): void {
	describe('the owner of a database', () => {
		const start = (guild: DatabaseGuild) => using(guild, (database) => claimDatabase(database, guild));

		it('is the first guild that claims it; another one is refused with what to do', async () => {
			const [guildId, other] = [snowflake(), snowflake()];
			await start({ guildId });
			await start({ guildId });
			await expect(start({ guildId: other })).rejects.toMatchObject({
				name: 'DatabaseError',
				message: expect.stringMatching(
					new RegExp(`belongs to the Discord server ${guildId}, but DISCORD_GUILD_ID is ${other}.*DISCORD_FORMER_GUILD_ID=${guildId}`)
				)
			});
		});

		it('stays unset by a guild that only opened it, such as a mistyped one', async () => {
			await using({ guildId: snowflake() }, async () => {});
			await start({ guildId: snowflake() });
		});

		it('refuses the second of two guilds that open a new database together', async () => {
			const [guildId, other] = [snowflake(), snowflake()];
			const second = using({ guildId: other }, async (database) => {
				await claimDatabase(database, { guildId });
				await claimDatabase(database, { guildId: other });
			});
			await expect(second).rejects.toThrow(`belongs to the Discord server ${guildId}`);
		});

		it('changes to the guild that replaces it, for good', async () => {
			const [formerGuildId, guildId] = [snowflake(), snowflake()];
			await start({ guildId: formerGuildId });
			await start({ guildId, formerGuildId });
			await start({ guildId });
			await expect(start({ guildId: formerGuildId })).rejects.toThrow(`belongs to the Discord server ${guildId}`);
		});
	});
}
