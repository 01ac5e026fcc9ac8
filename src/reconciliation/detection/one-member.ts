import type { Detection, MemberFinding, Notices } from '../domain/detection.js';
import { type Exemption, isInForce } from '../domain/links.js';
import type { PolicySettings } from '../domain/rules.js';
import { PaymentFailures } from '../policy/payment-failure.js';
import { describeCause } from './describe.js';
import type { LinkAnalysis, Snapshot } from './detect.js';
import { PersonEvaluator } from './evaluate-person.js';
import { isLinked } from './link-index.js';

/** The notices of a run over some members: nothing about others belongs into its report. */
export function noticesOfMembers({ bots, exempt, leftToNextRun, unknown = [], unknownStatus }: Notices): Notices {
	return {
		bots,
		exempt,
		leftToNextRun,
		unknown,
		unknownStatus,
		unclaimed: 0,
		absent: 0,
		overclaimedTeams: [],
		malformedLinks: [],
		expiringExemptions: [],
		contestedLinks: []
	};
}

/** The notices of a run over one member. */
export function noticesOfMember(
	discordId: string,
	snapshot: Snapshot,
	analysis: LinkAnalysis,
	{ notices }: Detection,
	settings: PolicySettings,
	now: Date
): Notices {
	return { ...noticesOfMembers(notices), member: findingOf(discordId, snapshot, analysis, settings, now) };
}

function findingOf(
	discordId: string,
	{ billing, roster, links }: Snapshot,
	{ linkIndex }: LinkAnalysis,
	settings: PolicySettings,
	now: Date
): MemberFinding {
	const found = linkIndex.get(discordId);
	const evaluator = new PersonEvaluator(billing.accounts, billing.missingCustomers, new PaymentFailures(links, now), settings, now);
	const subject = { id: discordId, roles: roster.members.get(discordId)?.roles ?? [] };
	const { sources, expected } = evaluator.evaluateMember(subject, found);
	const person = found !== undefined && isLinked(found) ? found : null;
	return {
		held: roster.members.has(discordId) ? subject.roles.toSorted() : null,
		expected,
		cause: describeCause(expected, { person, sources, settings }),
		linked: person !== null,
		exemption: longest(links.exemptions.filter((exemption) => exemption.discordId === discordId && isInForce(exemption, now)))
	};
}

function longest(exemptions: readonly Exemption[]): Exemption | null {
	const endOf = ({ expiresAt }: Exemption) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
	return exemptions.toSorted((a, b) => endOf(b) - endOf(a))[0] ?? null;
}
