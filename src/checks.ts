import type { Client } from 'discord.js';
import { mailSettings, managedRoleSettings, policySettings, watchesAuditLog, webhookSettings } from './config/derived.js';
import type { Settings } from './config/env.js';
import { discordChecks } from './discord/doctor.js';
import { createGuild } from './discord/guild.js';
import { roleCallOptions } from './discord/role-calls.js';
import { mailCheck } from './messages/delivery/mail-check.js';
import { webhookCheck } from './messages/delivery/webhook-check.js';
import { absolute } from './messages/format/markdown-to-text.js';
import type { ChangeService } from './reconciliation/changes/service.js';
import type { ManagedRoleStore } from './reconciliation/domain/ports.js';
import { type Check, eventsRemark, lastRunRemark } from './reconciliation/health/doctor.js';
import type { Redactor } from './redaction/redactor.js';
import { redisCheck } from './schedule/doctor.js';
import type { Database } from './store/connection/database.js';
import { databaseChecks } from './store/doctor.js';
import { keyChecks, modeCheck, permissionCheck } from './stripe/doctor.js';
import { metadataKeyCheck } from './stripe/metadata-key-check.js';
import { priceCheck } from './stripe/price-check.js';

/** The doctor's checks, configured from the settings. */

/** What the checks read from the database. */
export type CheckStore = ManagedRoleStore & Parameters<typeof modeCheck>[1] & Parameters<typeof lastRunRemark>[0];

const NO_MANAGED_ROLES: ManagedRoleStore = { loadManagedRoles: async () => new Map(), saveManagedRoles: async () => {} };

/** Checks that need no open connection: settings, Stripe key, mail server, webhook. @param warnings - of the settings */
export function externalChecks(settings: Settings, warnings: readonly string[], redact: Redactor): readonly Check[] {
	return [
		{ subject: 'Settings', severityOnFailure: 'warning', run: async () => warnings.map((message) => ({ verdict: 'warning', message })) },
		...keyChecks({ secretKey: settings.STRIPE_SECRET_KEY, apiUrl: settings.STRIPE_API_URL }),
		mailCheck(mailSettings(settings), redact),
		webhookCheck(webhookSettings(settings))
	];
}

/** Checks for the doctor only, not the start: those that take many requests, and Redis, which the scheduler reports at the start. */
export function onDemandChecks(settings: Settings): readonly Check[] {
	const stripe = { secretKey: settings.STRIPE_SECRET_KEY, apiUrl: settings.STRIPE_API_URL };
	return [
		permissionCheck(stripe),
		priceCheck(stripe, policySettings(settings)),
		metadataKeyCheck(stripe, settings.STRIPE_DISCORD_ID_KEY),
		...(settings.REDIS_URL === undefined ? [] : [redisCheck(settings.REDIS_URL)])
	];
}

/** Checks at the start, once Discord and the database are open. */
export function connectedChecks(settings: Settings, client: Client, database: Database, store: CheckStore): readonly Check[] {
	const discord = client.isReady() ? guildChecks(settings, { client, managedRoles: store, justLoggedIn: true }) : [];
	return [...discord, ...storageChecks(settings, database, store)];
}

/** Checks the database, and that the Stripe key has the mode (live or test) of the last good run. */
export function storageChecks(settings: Settings, database: Database, store: CheckStore): readonly Check[] {
	return [...databaseChecks(database), modeCheck(settings.STRIPE_SECRET_KEY, store)];
}

/** Checks when a run last succeeded. Not for the start, where a missed day is still being caught up. */
export function lastRunCheck(settings: Settings, store: CheckStore): Check {
	const paused = settings.RECONCILIATION_PAUSED === 'true';
	const formatTime = (time: Date) => absolute(time, settings.RECONCILIATION_TIMEZONE);
	return {
		subject: 'Runs',
		severityOnFailure: 'warning',
		run: async () => [await lastRunRemark(store, { paused }, new Date(), formatTime)]
	};
}

/** Checks that Stripe's events are read. Not for the start, where they have not been read for as long as Reeve was stopped. */
export function changesCheck(settings: Settings, changes: Pick<ChangeService, 'status'>): Check {
	const formatTime = (time: Date) => absolute(time, settings.RECONCILIATION_TIMEZONE);
	return {
		subject: 'Changes',
		severityOnFailure: 'warning',
		run: async () => [eventsRemark(await changes.status(), new Date(), formatTime)]
	};
}

/**
 * Checks Discord: roles, permissions, intents, the admin channel.
 * @param inputs.managedRoles - null if the database is not open: the roles are then resolved from the settings alone
 */
export function guildChecks(
	settings: Settings,
	inputs: { readonly client: Client<true>; readonly managedRoles: ManagedRoleStore | null; readonly justLoggedIn: boolean }
): readonly Check[] {
	const { client, managedRoles, justLoggedIn } = inputs;
	const guildId = settings.DISCORD_GUILD_ID;
	const roles = { wanted: managedRoleSettings(settings), memory: managedRoles ?? NO_MANAGED_ROLES };
	return discordChecks({
		client,
		guildId,
		channelId: settings.DISCORD_ADMIN_CHANNEL_ID ?? null,
		operatorRoleIds: settings.DISCORD_OPERATOR_ROLE_IDS,
		auditLog: watchesAuditLog(settings),
		guild: createGuild({
			client,
			guildId,
			...roles,
			auditLog: watchesAuditLog(settings),
			// Checks change no role, so there is no reason to redact.
			roleCalls: roleCallOptions((reason) => reason)
		}),
		...roles,
		justLoggedIn
	});
}
