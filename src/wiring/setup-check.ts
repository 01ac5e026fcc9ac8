import type { Client } from 'discord.js';
import { guildChecks, onDemandChecks } from '../checks.js';
import { managedRoleSettings, policySettings } from '../config/derived.js';
import { type Settings, SettingsError } from '../config/env.js';
import { createGuild } from '../discord/guild.js';
import { roleCallOptions } from '../discord/role-calls.js';
import { type Billing, type LinkReader, type ManagedRoleStore, type OnProgress, SourceError } from '../reconciliation/domain/ports.js';
import { runChecks } from '../reconciliation/health/doctor.js';
import { preflight } from '../reconciliation/setup/preflight.js';
import type { SetupCheck } from '../reconciliation/setup/setup.js';
import type { SettingValues } from '../reconciliation/setup/store.js';

/** What the check reads with. */
export interface SetupCheckDeps {
	readonly client: Client;
	readonly store: ManagedRoleStore & LinkReader;
	readonly billing: Billing;
	readonly listingTimeoutMs?: number | undefined;
}

/** Checks proposed settings with the doctor, and compares everything under them. Changes nothing. */
export async function checkAnswers(
	{ client, store, billing, listingTimeoutMs }: SetupCheckDeps,
	draft: SettingValues,
	propose: () => Settings,
	onProgress: OnProgress
): Promise<SetupCheck> {
	let proposed: Settings;
	try {
		proposed = propose();
	} catch (error) {
		if (error instanceof SettingsError) return { draft, problems: error.problems, results: [], preflight: null, failure: null };
		throw error;
	}
	// The answers are not in force yet: what the names of roles stand for is not stored.
	const memory: ManagedRoleStore = { loadManagedRoles: () => store.loadManagedRoles(), saveManagedRoles: async () => {} };
	const guild = createGuild({
		client,
		guildId: proposed.DISCORD_GUILD_ID,
		wanted: managedRoleSettings(proposed),
		memory,
		roleCalls: roleCallOptions((text) => text),
		listingTimeoutMs
	});
	const checks = [
		...(client.isReady() ? guildChecks(proposed, { client, managedRoles: memory, justLoggedIn: false }) : []),
		...onDemandChecks(proposed)
	];
	const [results, compared] = await Promise.all([
		runChecks(checks),
		preflight({ billing, guild, ledger: store }, policySettings(proposed), { now: new Date(), onProgress }).then(
			(found) => ({ preflight: found, failure: null }),
			(error: unknown) => {
				if (error instanceof SourceError) return { preflight: null, failure: error.message };
				throw error;
			}
		)
	]);
	return { draft, problems: [], results, ...compared };
}
