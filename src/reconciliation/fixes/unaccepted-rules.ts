import type { Guild, RulesStore } from '../domain/ports.js';
import type { UnacceptedRules } from '../domain/rule-change.js';
import { completeRules, type Rules, rulesEqual } from '../domain/rules.js';
import type { RunSettings } from '../domain/run.js';

/** The rules that the settings make now. @throws {SourceError} if a managed role cannot be found */
export async function currentRules(guild: Guild, { policy, discordIdKey }: Pick<RunSettings, 'policy' | 'discordIdKey'>): Promise<Rules> {
	return { policy, discordIdKey, roleIds: await guild.managedRoleIds() };
}

/**
 * The rules in force if no operator has accepted them; null if one has, or before the first run.
 * @throws {SourceError} if a managed role cannot be found
 */
export async function unacceptedRules(
	{ guild, ledger }: { readonly guild: Guild; readonly ledger: RulesStore },
	settings: Pick<RunSettings, 'policy' | 'discordIdKey'>
): Promise<UnacceptedRules | null> {
	const [current, stored] = [await currentRules(guild, settings), await ledger.acceptedRules()];
	if (stored === null) return null;
	const accepted = completeRules(stored.rules, current);
	return rulesEqual(current, accepted) ? null : { current, accepted };
}

/** Looks up {@link unacceptedRules}. @throws {SourceError} */
export type LookUpUnacceptedRules = () => Promise<UnacceptedRules | null>;

/** Looks them up once for many fixes, again only after a failure. */
export function lookUpOnce(...parameters: Parameters<typeof unacceptedRules>): LookUpUnacceptedRules {
	let found: Promise<UnacceptedRules | null> | null = null;
	return () => {
		found ??= unacceptedRules(...parameters).catch((error: unknown) => {
			found = null;
			throw error;
		});
		return found;
	};
}
