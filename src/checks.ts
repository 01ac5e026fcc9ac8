import type { Client } from 'discord.js';
import { mailSettings, managedRoleSettings, policySettings } from './config/derived.js';
import type { Settings } from './config/env.js';
import { discordChecks } from './discord/doctor.js';
import { createGuild } from './discord/guild.js';
import { mailCheck } from './messages/delivery/mail-check.js';
import { absolute } from './messages/format/markdown-to-text.js';
import { type Check, lastRunRemark } from './reconciliation/index.js';
import type { Redactor } from './redaction/redactor.js';
import { redisCheck } from './schedule/doctor.js';
import type { Database } from './store/connection/database.js';
import { databaseChecks } from './store/doctor.js';
import { createLedger } from './store/ledger.js';
import { keyChecks, modeCheck, permissionCheck, priceCheck } from './stripe/doctor.js';

/** Everything that the doctor looks at, wired. */

/** Whom Reeve talks to, but for Discord and the database: what can be looked at before anything is opened. */
export function externalChecks(settings: Settings, warnings: readonly string[], mask: Redactor): readonly Check[] {
	return [
		{ subject: 'Settings', severityOnFailure: 'warning', run: async () => warnings.map((message) => ({ verdict: 'warning', message })) },
		...keyChecks({ secretKey: settings.STRIPE_SECRET_KEY, apiUrl: settings.STRIPE_API_URL }),
		mailCheck(mailSettings(settings), mask)
	];
}

/** What is looked at only when somebody asks: what takes more than a few requests, and Redis, of which the schedule tells at the start. */
export function onDemandChecks(settings: Settings): readonly Check[] {
	const stripe = { secretKey: settings.STRIPE_SECRET_KEY, apiUrl: settings.STRIPE_API_URL };
	return [
		permissionCheck(stripe),
		priceCheck(stripe, policySettings(settings).tiers),
		...(settings.REDIS_URL === undefined ? [] : [redisCheck(settings.REDIS_URL)])
	];
}

/** What is looked at where both Discord and the database are open. */
export function connectedChecks(settings: Settings, client: Client, database: Database): readonly Check[] {
	const discord = client.isReady() ? guildChecks(settings, { client, database, justLoggedIn: true }) : [];
	return [...discord, ...storageChecks(settings, database)];
}

/** The database, and whether it remembers another mode of Stripe's than the key has. */
export function storageChecks(settings: Settings, database: Database): readonly Check[] {
	const ledger = createLedger(database, settings.DISCORD_GUILD_ID);
	return [...databaseChecks(database), modeCheck(settings.STRIPE_SECRET_KEY, ledger)];
}

/** When a run last succeeded. Not at the start, when a day that was slept through is only just caught up. */
export function lastRunCheck(settings: Settings, database: Database): Check {
	const ledger = createLedger(database, settings.DISCORD_GUILD_ID);
	const paused = settings.RECONCILIATION_PAUSED === 'true';
	const inWords = (moment: Date) => absolute(moment, settings.RECONCILIATION_TIMEZONE);
	return { subject: 'Runs', severityOnFailure: 'warning', run: async () => [await lastRunRemark(ledger, { paused }, new Date(), inWords)] };
}

/**
 * Discord, over a client that is logged in.
 * @param opened.database - null where it cannot be opened: the managed roles are then looked for by what the settings say alone
 */
export function guildChecks(
	settings: Settings,
	{ client, database, justLoggedIn }: { client: Client<true>; database: Database | null; justLoggedIn: boolean }
): readonly Check[] {
	const guildId = settings.DISCORD_GUILD_ID;
	const memory =
		database === null ? { loadManagedRoles: async () => new Map(), saveManagedRoles: async () => {} } : createLedger(database, guildId);
	return discordChecks({
		client,
		guildId,
		channelId: settings.DISCORD_ADMIN_CHANNEL_ID,
		operatorRoleIds: settings.DISCORD_OPERATOR_ROLE_IDS,
		guild: createGuild({ client, guildId, wanted: managedRoleSettings(settings), memory }),
		justLoggedIn
	});
}
