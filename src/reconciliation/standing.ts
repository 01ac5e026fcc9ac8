import { detect, type Picture } from './detect.js';
import type { PolicySettings, RoleName, RosterMember } from './types.js';

/** What one person should have, and holds. */
export interface Standing {
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
export function standingOf(
	discordId: string,
	member: RosterMember | null,
	{ billing, links }: Pick<Picture, 'billing' | 'links'>,
	settings: PolicySettings,
	now: Date
): Standing {
	const somebody = member ?? { id: discordId, name: '', bot: false, roles: [] };
	const roster = { members: new Map([[discordId, somebody]]) };
	const exempt = links.exemptions.some((each) => each.discordId === discordId && (each.expiresAt === null || each.expiresAt > now));
	const { issues, leftAlone } = detect({ billing, roster, links: { ...links, exemptions: [] } }, settings, now);
	const expected = leftAlone.has(discordId) ? null : (issues[0]?.expectedRoles ?? somebody.roles);
	return { expected, held: member?.roles ?? null, exempt };
}
