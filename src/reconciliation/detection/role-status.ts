import type { RosterMember } from '../domain/guild.js';
import { isInForce } from '../domain/links.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { detect, type Snapshot } from './detect.js';

/** What one person should have, and holds. */
export interface RoleStatus {
	/** Null where Stripe gives a status that Reeve does not know: nothing is decided then. */
	readonly expected: readonly RoleName[] | null;
	/** Null for somebody who is not in the server. */
	readonly held: readonly RoleName[] | null;
	/** Whether an exemption keeps runs and fixes from acting on it. */
	readonly exempt: boolean;
}

/**
 * Judges one person by a picture that has all that can pay for them, as a run would.
 * @param member - null for somebody who is not in the server: then it is what they should have if they were
 */
export function roleStatusOf(
	discordId: string,
	member: RosterMember | null,
	{ billing, links }: Pick<Snapshot, 'billing' | 'links'>,
	settings: PolicySettings,
	now: Date
): RoleStatus {
	const somebody = member ?? { id: discordId, name: '', bot: false, roles: [] };
	const roster = { members: new Map([[discordId, somebody]]) };
	const exempt = links.exemptions.some((exemption) => exemption.discordId === discordId && isInForce(exemption, now));
	const { issues, skipped } = detect({ billing, roster, links: { ...links, exemptions: [] } }, settings, now);
	const expected = skipped.has(discordId) ? null : (issues[0]?.expectedRoles ?? somebody.roles);
	return { expected, held: member?.roles ?? null, exempt };
}
