import { diffRoles, planHash, rolesEqual } from '../../../reconciliation/detection/role-plan.js';
import { describeUnknown } from '../../../reconciliation/detection/unknown.js';
import type { AuditEntry } from '../../../reconciliation/domain/audit.js';
import type { DriftIssue } from '../../../reconciliation/domain/issue.js';
import type { Exemption } from '../../../reconciliation/domain/links.js';
import { AUTOMATIC } from '../../../reconciliation/fixes/attempt.js';
import type { EntitlementBreakdown, Explanation } from '../../../reconciliation/members/explain.js';
import { isPastDue } from '../../../reconciliation/policy/entitlement.js';
import { describeActor, describePlan, roles } from '../../format/format.js';
import { describeOrigin } from '../../format/origin.js';
import { cut, escapeName, escapeText, sentence } from '../../format/text.js';
import { ago, moment } from '../../format/timestamps.js';
import { formatAdvice } from '../../report/notices.js';

const FAILURE_LENGTH = 300;
const SENTENCE_LENGTH = 250;
const ROLES_LENGTH = 160;
const REASON_LENGTH = 200;

/** Why a member has their roles: the cause, and what an operator can do; empty if nothing. */
export interface Cause {
	readonly cause: string;
	readonly next: string;
}

/** The drift can be fixed with the plan that is stored: another one is not what would be applied. */
export function canFix({ drift, issue, exemption }: Explanation): boolean {
	if (drift === null || issue === null || exemption !== null) return false;
	return drift.linked && issue.status === 'OPEN' && issue.isUnknown !== true && planHash(drift) === issue.planHash;
}

export function causeOf(explanation: Explanation): Cause {
	const { member, discordFailure, known, breakdown, drift, exemption, canLink } = explanation;
	if (discordFailure !== null) return cause(`The server could not be asked: ${sentence(discordFailure, FAILURE_LENGTH)}`);
	if (member?.bot) return cause('This is a bot: bots pay for nothing, and Reeve leaves their roles alone.');
	if (member === null) return cause(absent(explanation));
	if (exemption !== null) return cause(`${undone(explanation)}${describeExemption(exemption)}`, afterExemption(explanation, member.roles));
	if (!known)
		return cause('What they should have is not known, because Stripe could not be asked.', 'Reeve changes nothing while that is so.');
	const link = canLink ? '**Link…** connects them to their customer in Stripe.' : 'Link them where links are kept.';
	if (drift !== null) {
		return cause(
			`${origin(drift)}${describeDrift(explanation, drift)}`,
			drift.linked ? fixing(explanation) : `If they pay: ${link} If they may keep the role all the same: **Ignore…**.`
		);
	}
	const [unknown] = breakdown.unknown;
	if (unknown !== undefined)
		return cause(
			`${member.roles.length === 0 ? 'May be due a role' : `Keeps ${rolesOf(member.roles)}`}: ${sentence(describeUnknown(unknown), SENTENCE_LENGTH)}.`,
			`What to do: ${formatAdvice(unknown)}.`
		);
	if (breakdown.person === null) return cause('Is not linked to any customer and has no role, which is right.', `If they pay: ${link}`);
	const because = becauseOf(breakdown);
	const fixed = recentFix(explanation);
	return cause(fixed === null ? `Has ${rolesOf(member.roles)}, which is right: ${because}.` : `${fixed}: ${because}. That is right.`);
}

function cause(text: string, next = ''): Cause {
	return { cause: text, next };
}

/** To follow a colon. */
function becauseOf({ person, adjusted, because }: EntitlementBreakdown): string {
	const name = (role: string | null) => (role === null ? 'no role' : escapeName(role));
	if (adjusted !== null) return `this server's own rule gives ${name(adjusted.to)}, and Stripe alone would give ${name(adjusted.from)}`;
	return person === null ? 'they are not linked to any customer' : sentence(because, SENTENCE_LENGTH);
}

/** "Has Lord, but should have no role: the subscription ended on …". */
function describeDrift({ breakdown }: Explanation, { description, discordRoles, expectedRoles, linked }: DriftIssue): string {
	if (!linked || breakdown.unknown.length > 0) return sentence(description, SENTENCE_LENGTH);
	return `Has ${rolesOf(discordRoles)}, but should have ${rolesOf(expectedRoles)}: ${becauseOf(breakdown)}.`;
}

function rolesOf(names: readonly string[]): string {
	return cut(roles(names), ROLES_LENGTH) || 'no role';
}

function absent({ known, breakdown }: Explanation): string {
	if (!known) return 'Is not in the server. What they should have is not known, because Stripe could not be asked.';
	if (breakdown.person === null) return 'Is not in the server and not linked to any customer.';
	return `Is not in the server. If they join, they should have ${rolesOf(breakdown.expected)}: ${becauseOf(breakdown)}.`;
}

/** "Exempt until …, by @operator (founder)." */
function describeExemption({ expiresAt, createdBy, reason }: Exemption): string {
	const until = expiresAt === null ? 'until an operator ends it' : `until ${moment(expiresAt)}`;
	const why = escapeText(reason, REASON_LENGTH);
	return `Exempt ${until}, by ${describeActor(createdBy)}${why === '' ? '' : ` (${why})`}.`;
}

function afterExemption({ known, breakdown }: Explanation, held: readonly string[]): string {
	const head = `Has ${rolesOf(held)}, which Reeve leaves alone whatever Stripe says.`;
	const end = '`/reconcile exemptions` ends the exemption.';
	if (!known || breakdown.unknown.length > 0) return `${head} ${end}`;
	const due = rolesEqual(held, breakdown.expected) ? 'the same' : rolesOf(breakdown.expected);
	return `${head} Otherwise they should have ${due}: ${becauseOf(breakdown)}. ${end}`;
}

/** What follows for a linked member with drift. */
function fixing(explanation: Explanation): string {
	const { drift, issue } = explanation;
	if (drift === null || canFix(explanation)) return '';
	if (issue?.status === 'FIXING') return 'Is being fixed right now.';
	const plan = `To be done: ${cut(describePlan(drift.plan), ROLES_LENGTH)}.`;
	return `${plan} \`/reconcile run member:\` puts it into a report, with a button to fix it.`;
}

/** Who or what caused it, as the first sentence. */
function origin({ origin: known }: NonNullable<Explanation['drift']>): string {
	const text = describeOrigin(known);
	return text === '' ? '' : `${text} `;
}

/** "Lord was removed 2 minutes ago by auto-fix"; null unless that fix led to the roles held now, and for the reason that holds now. */
function recentFix(explanation: Explanation): string | null {
	const last = lastChange(explanation);
	if (last?.action !== 'fix' || last.outcome !== 'FIXED' || isDecidedAfter(explanation, last.at)) return null;
	const changes = changed(explanation, last);
	return changes === null ? null : `${changes} ${ago(last.at)} by ${last.actor === AUTOMATIC ? 'auto-fix' : describeActor(last.actor)}`;
}

/** "@operator undid the fix 2 minutes ago: Lord was given. "; empty unless that led to the roles held now. */
function undone(explanation: Explanation): string {
	const last = lastChange(explanation);
	if (last?.action !== 'undo' || last.outcome !== 'UNDONE') return '';
	const changes = changed(explanation, last);
	return changes === null ? '' : `${describeActor(last.actor)} undid the fix ${ago(last.at)}: ${changes}. `;
}

function lastChange({ changes: { newest } }: Explanation): AuditEntry | undefined {
	return newest.find(({ action }) => action === 'fix' || action === 'undo');
}

/** Whether what decides now happened after that. */
function isDecidedAfter({ breakdown: { sources } }: Explanation, at: Date): boolean {
	return sources.slice(0, 1).some(({ subscription: { status, createdAt, endedAt }, unpaidSince }) => {
		const since = endedAt ?? (isPastDue(status) ? unpaidSince : createdAt);
		return since > at;
	});
}

/** "Lord was given and Knight was removed"; null if the member no longer has the roles that this led to. */
function changed({ member }: Explanation, { before, after }: AuditEntry): string | null {
	if (member === null || !Array.isArray(before) || !Array.isArray(after) || !rolesEqual(member.roles, after.map(String))) return null;
	const { add, remove } = diffRoles(before.map(String), after.map(String));
	const changes = [
		...(add.length === 0 ? [] : [`${roles(add)} ${add.length === 1 ? 'was' : 'were'} given`]),
		...(remove.length === 0 ? [] : [`${roles(remove)} ${remove.length === 1 ? 'was' : 'were'} removed`])
	];
	return changes.length === 0 ? null : cut(changes.join(' and '), ROLES_LENGTH);
}
