import type { RosterMember } from '../domain/guild.js';
import { isInForce } from '../domain/links.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { detect, type Snapshot } from './detect.js';

/** The managed roles that a user should have, and those they have. */
export interface RoleStatus {
	/** Null while something is unknown. */
	readonly expected: readonly RoleName[] | null;
	/** Null for a user who is not in the guild. */
	readonly held: readonly RoleName[] | null;
	/** Whether an exemption is in force. */
	readonly exempt: boolean;
}

/**
 * Evaluates one user as a run would. Ignores exemptions, except for reporting one.
 * @param member - null for a user who is not in the guild: `expected` is then what they should have if they were
 * @param snapshot - with everything that can pay for the user
 */
export function roleStatusOf(
	discordId: string,
	member: RosterMember | null,
	{ billing, links }: Pick<Snapshot, 'billing' | 'links'>,
	settings: PolicySettings,
	now: Date
): RoleStatus {
	const evaluated = member ?? { id: discordId, name: '', bot: false, roles: [] };
	const roster = { members: new Map([[discordId, evaluated]]) };
	const exempt = links.exemptions.some((exemption) => exemption.discordId === discordId && isInForce(exemption, now));
	const { issues, unknown } = detect({ billing, roster, links: { ...links, exemptions: [] } }, settings, now);
	const expected = unknown.has(discordId) ? null : (issues[0]?.expectedRoles ?? evaluated.roles);
	return { expected, held: member?.roles ?? null, exempt };
}
