import { isDeepStrictEqual } from 'node:util';
import type { MemberRow } from '../domain/links.js';
import { managedRoles, type PolicySettings, type RoleName } from '../domain/rules.js';
import type { UnknownReason } from '../domain/unknown.js';
import { type Evaluation, expectedRoles } from './entitlement.js';

/** The server's own rule, which has the last word after the policy: see `PolicySettings.adjust`. */

/** That the rule gives another role than Stripe. Null: no role. */
export interface Adjustment {
	readonly from: RoleName | null;
	readonly to: RoleName | null;
}

/** What a member should have. */
export interface MemberEvaluation extends Evaluation {
	/** The managed roles, as far as they are known. `entitlement` is what Stripe alone gives. */
	readonly expected: readonly RoleName[];
	/** Null if the rule gives what Stripe gives, or was not asked. */
	readonly adjusted: Adjustment | null;
}

/** Whom the rule is asked about. */
export interface RuleSubject {
	readonly discordId: string;
	/** The managed roles held. */
	readonly roles: readonly RoleName[];
	/** The member's rows. */
	readonly rows: readonly Pick<MemberRow, 'id' | 'extra'>[];
}

type RuleReason = Extract<UnknownReason, { readonly kind: 'rule' }>;

/**
 * Asks the rule, if there is one and something is known that it can adjust: a tier, or that nothing is unknown. Beside something unknown,
 * what it gives may be granted, and nothing is taken. If its answer cannot be used, it is unknown what the member should have.
 */
export function adjustEvaluation(evaluation: Evaluation, settings: PolicySettings, subject: RuleSubject): MemberEvaluation {
	// Spelt out: a spread costs microseconds, for every member of the guild.
	const { sources, entitlement, unknown } = evaluation;
	const expected = expectedRoles(entitlement);
	const unadjusted = { sources, entitlement, unknown, expected, adjusted: null };
	if (settings.adjust === undefined || (unknown.length > 0 && entitlement.kind !== 'tier')) return unadjusted;
	const from = expected[0] ?? null;
	const answer = askRule(settings, from, subject);
	if ('kind' in answer) return { sources, entitlement, unknown: [...unknown, answer], expected: [], adjusted: null };
	const { role: to } = answer;
	if (to === from) return unadjusted;
	return { sources, entitlement, unknown, expected: to === null ? [] : [to], adjusted: { from, to } };
}

function askRule(settings: PolicySettings, from: RoleName | null, subject: RuleSubject): { readonly role: RoleName | null } | RuleReason {
	const { discordId, roles, rows } = subject;
	const extra = mergeExtra(rows);
	if (typeof extra === 'string') return unusable('rows', extra);
	let answer: unknown;
	try {
		const person = { discordId, roles: Object.freeze([...roles].sort()), extra: Object.freeze(extra) };
		answer = settings.adjust?.(Object.freeze({ role: from }), Object.freeze(person));
	} catch (error) {
		return unusable('threw', error instanceof Error ? error.message : String(error));
	}
	if (typeof answer !== 'object' || answer === null) return unusable('answer', typeof answer);
	if ('then' in answer) {
		// Its rejection must not end the process.
		Promise.resolve(answer).catch(() => {});
		return unusable('promise', '');
	}
	const role: unknown = 'role' in answer ? answer.role : undefined;
	if (role === null) return { role };
	if (role === from) return { role: from };
	if (typeof role !== 'string') return unusable('answer', `role: ${typeof role}`);
	return managedRoles(settings).includes(role) ? { role } : unusable('role', role);
}

/** The fields of all rows, or the name of one in which they differ. */
function mergeExtra(rows: RuleSubject['rows']): Record<string, unknown> | string {
	const merged: Record<string, unknown> = {};
	for (const { extra = {} } of rows) {
		for (const [name, value] of Object.entries(extra)) {
			if (Object.hasOwn(merged, name) && !isDeepStrictEqual(merged[name], value)) return name;
			merged[name] = value;
		}
	}
	return merged;
}

/** Longer messages are cut: this one is stored with the run. */
const MAX_DETAIL_LENGTH = 120;

function unusable(problem: RuleReason['problem'], detail: string): RuleReason {
	return { kind: 'rule', problem, detail: (detail.split('\n')[0] ?? '').slice(0, MAX_DETAIL_LENGTH) };
}
