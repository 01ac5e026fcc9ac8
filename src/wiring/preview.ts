import type { Client } from 'discord.js';
import { managedRoleSettings, runSettings } from '../config/derived.js';
import { type Settings, SettingsError } from '../config/env.js';
import { ruleSettingNames, settingsWith } from '../config/next-settings.js';
import { createGuild } from '../discord/guild.js';
import type { WantedRole } from '../discord/managed-roles.js';
import { roleCallOptions } from '../discord/role-calls.js';
import type { Track } from '../reconciliation/domain/ports.js';
import {
	type Billing,
	type Ledger,
	type LinkReader,
	type ManagedRoleStore,
	type OnProgress,
	SourceError
} from '../reconciliation/domain/ports.js';
import { completeRules, type Rules } from '../reconciliation/domain/rules.js';
import { currentRules } from '../reconciliation/fixes/unaccepted-rules.js';
import { type Preview, type PreviewService, type PreviewSide, previewRules } from '../reconciliation/runs/preview.js';

/** What a preview reads with. Nothing is stored. */
export interface PreviewDeps {
	readonly client: Client;
	readonly guildId: string;
	readonly store: ManagedRoleStore & LinkReader & Pick<Ledger, 'lastGoodRun' | 'acceptedRules'>;
	readonly billingFor: (discordIdKey: string) => Billing;
	readonly listingTimeoutMs?: number | undefined;
}

/** There are no rules that others could be compared with. */
export class NothingToCompareError extends Error {
	public constructor() {
		super(
			'There are no settings to compare with: no run has completed yet, and the settings in force are incomplete. Use /reconcile run first.'
		);
		this.name = 'NothingToCompareError';
	}
}

/**
 * Compares settings with the rules that an operator accepted last; before the first run, and if those name a role that no longer exists,
 * with the settings in force.
 * @throws {SourceError | NothingToCompareError}
 */
export async function previewSettings(
	deps: PreviewDeps,
	{ inForce, proposed }: { readonly inForce: Settings | null; readonly proposed: Settings },
	onProgress: OnProgress
): Promise<Preview> {
	const proposedSide = sideOfSettings(deps, proposed);
	const inForceSide = (await acceptedSide(deps, proposedSide)) ?? (inForce === null ? null : sideOfSettings(deps, inForce));
	if (inForceSide === null) throw new NothingToCompareError();
	return previewRules(deps.store, { inForce: inForceSide, proposed: proposedSide }, { now: new Date(), onProgress });
}

/** Previews for a running Reeve. @param parts.nextEnvironment - of the next start */
export function createPreviewService(
	deps: PreviewDeps,
	parts: {
		readonly settings: Settings;
		readonly nextEnvironment: () => Readonly<Record<string, string | undefined>>;
		readonly track: Track;
	}
): PreviewService {
	const { settings, nextEnvironment, track } = parts;
	return {
		next: (changes, onProgress) =>
			track(async () => {
				let proposed: Settings;
				try {
					// The rule is code, which a start with other variables does not change.
					const { adjust, extraRoles } = settings;
					proposed = { ...settingsWith(nextEnvironment(), changes), ...(adjust && { adjust }), ...(extraRoles && { extraRoles }) };
				} catch (error) {
					if (error instanceof SettingsError) return { kind: 'invalid', problems: error.problems };
					throw error;
				}
				try {
					return { kind: 'preview', preview: await previewSettings(deps, { inForce: settings, proposed }, onProgress) };
				} catch (error) {
					if (error instanceof SourceError) return { kind: 'failed', reason: error.message };
					throw error;
				}
			}),
		settingNames: ruleSettingNames(settings.RECONCILIATION_TIERS)
	};
}

async function acceptedSide(deps: PreviewDeps, { guild, settings }: PreviewSide): Promise<PreviewSide | null> {
	const accepted = await deps.store.acceptedRules();
	if (accepted === null) return null;
	const side = sideOfRules(deps, completeRules(accepted.rules, await currentRules(guild, settings)));
	try {
		await side.guild.managedRoleIds();
		return side;
	} catch (error) {
		if (error instanceof SourceError) return null;
		throw error;
	}
}

function sideOfSettings(deps: PreviewDeps, settings: Settings): PreviewSide {
	return sideOf(deps, runSettings(settings), managedRoleSettings(settings));
}

function sideOfRules(deps: PreviewDeps, { policy, discordIdKey, roleIds }: Rules): PreviewSide {
	const wanted = Object.entries(roleIds).map(([name, id]) => ({ name, wanted: id, setting: 'The rules in force' }));
	return sideOf(deps, { policy, discordIdKey }, wanted);
}

function sideOf(
	{ client, guildId, store, billingFor, listingTimeoutMs }: PreviewDeps,
	settings: PreviewSide['settings'],
	wanted: readonly WantedRole[]
): PreviewSide {
	const memory: ManagedRoleStore = { loadManagedRoles: () => store.loadManagedRoles(), saveManagedRoles: async () => {} };
	const guild = createGuild({ client, guildId, wanted, memory, roleCalls: roleCallOptions((text) => text), listingTimeoutMs });
	return { settings, billing: billingFor(settings.discordIdKey), guild };
}
