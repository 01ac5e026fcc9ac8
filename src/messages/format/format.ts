import { diffRoles } from '../../reconciliation/detection/role-plan.js';
import type { BulkPart, BulkScope } from '../../reconciliation/domain/hold.js';
import type { DriftIssue, DriftSeverity, DriftType, Plan } from '../../reconciliation/domain/issue.js';
import { DEBTOR, type RoleName } from '../../reconciliation/domain/rules.js';
import { COMMAND_LINE, OVER_HTTP } from '../../reconciliation/domain/run.js';
import { AUTOMATIC } from '../../reconciliation/fixes/attempt.js';
import { escapeName, mention, plainName } from './text.js';

/** Formatters shared by several messages. */

/** Longer lists are cut, and the rest is counted. */
const MAX_NAMED = 5;

export const SEVERITY_NAMES: Readonly<Record<DriftSeverity, string>> = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' };

export const TYPE_NAMES: Readonly<Record<DriftType, string>> = {
	MISSING_ACCESS: 'Paying but locked out',
	UNAUTHORIZED_ACCESS: "Has access but isn't paying",
	ROLE_MISMATCH: 'Has the wrong role',
	DEBTOR_MISMATCH: 'Payment status out of date'
};

/** The issues of a bulk fix that is not over all kinds. */
export const SCOPE_NAMES: Readonly<Record<Exclude<BulkScope, 'all'>, string>> = {
	...TYPE_NAMES,
	UNLINKED: 'Not linked to a Stripe customer'
};

/** People with an issue of a kind, after their number. Members without any link are a kind of their own: it is not known whether they pay. */
export const KIND_NOUNS: Readonly<Record<Exclude<BulkScope, 'all'>, string>> = {
	MISSING_ACCESS: 'locked out',
	UNAUTHORIZED_ACCESS: 'with free access',
	DEBTOR_MISMATCH: 'wrong Debtor role',
	ROLE_MISMATCH: 'wrong role',
	UNLINKED: 'not linked'
};

export const PART_LABELS: Readonly<Record<BulkPart, string>> = {
	gives: 'Grant and tidy',
	lowers: 'Move down',
	removes: 'Remove access'
};

/** Heading of an issue. */
export function heading(issue: DriftIssue): string {
	// What the rule gives may differ from what the member pays for.
	if (issue.adjusted !== undefined) return "Roles differ from this server's rule";
	switch (issue.type) {
		case 'UNAUTHORIZED_ACCESS':
			return issue.linked ? TYPE_NAMES.UNAUTHORIZED_ACCESS : SCOPE_NAMES.UNLINKED;
		case 'DEBTOR_MISMATCH':
			if (!issue.expectedRoles.includes(DEBTOR)) return "Marked Debtor, but shouldn't be";
			return issue.discordRoles.includes(DEBTOR) ? 'Marked Debtor, but still has access' : "Owes, but isn't marked Debtor";
		default:
			return TYPE_NAMES[issue.type];
	}
}

/** 1234567 → "1,234,567". */
export function number(value: number): string {
	return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 issue", "12 issues". */
export function count(value: number, one: string, many = `${one}s`): string {
	return `${number(value)} ${value === 1 ? one : many}`;
}

/** "a, b and c", or "a, b and 3 more". Does not escape its items. */
export function list(items: readonly string[], max: number = MAX_NAMED): string {
	if (items.length > max) return `${items.slice(0, max).join(', ')} and ${number(items.length - max)} more`;
	return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** "Knight and Lord". */
export function roles(names: readonly RoleName[]): string {
	return list(names.map((name) => escapeName(name)));
}

/** "Give Lord, then remove Knight": in the order of execution. */
export function describePlan({ add, remove }: Plan): string {
	if (add.length === 0) return remove.length === 0 ? 'Nothing to change' : `Remove ${roles(remove)}`;
	return remove.length === 0 ? `Give ${roles(add)}` : `Give ${roles(add)}, then remove ${roles(remove)}`;
}

/** "Grant Lord", "Remove Knight", "Replace Lord with Knight": for a button, so not escaped. */
export function planLabel({ add, remove }: Plan): string {
	const [granted, removed] = [add, remove].map((names) => list(names.map((name) => plainName(name))));
	if (add.length === 0) return remove.length === 0 ? 'Nothing to change' : `Remove ${removed}`;
	return remove.length === 0 ? `Grant ${granted}` : `Replace ${removed} with ${granted}`;
}

/** "Lord given, Knight removed"; empty if nothing changed. */
export function describeChange({ add, remove }: Plan): string {
	const given = add.length === 0 ? [] : [`${roles(add)} given`];
	const taken = remove.length === 0 ? [] : [`${roles(remove)} removed`];
	return [...given, ...taken].join(', ');
}

/** The role change between two snapshots; null if one is unknown. */
export function changeMade(before: readonly RoleName[] | null, after: readonly RoleName[] | null): Plan | null {
	if (before === null || after === null) return null;
	return diffRoles(before, after);
}

/** An operator as a mention, or "Reeve" for an automatic action. */
export function describeActor(actor: string): string {
	return actor === AUTOMATIC ? 'Reeve' : mention(actor);
}

/** Who requested a run: "by @ada", "from the command line", "over HTTP". */
export function describeRequester(requestedBy: string): string {
	if (requestedBy === OVER_HTTP) return 'over HTTP';
	return requestedBy === COMMAND_LINE ? 'from the command line' : `by ${mention(requestedBy)}`;
}

/** Link to a channel, or to a message in it. */
export function messageUrl(guildId: string, channelId: string, messageId?: string): string {
	return `https://discord.com/channels/${guildId}/${channelId}${messageId === undefined ? '' : `/${messageId}`}`;
}

/** "under a second", "12 s", "2 min 5 s". */
export function duration(ms: number): string {
	if (ms < 1000) return 'under a second';
	const seconds = Math.round(ms / 1000);
	if (seconds < 60) return `${seconds} s`;
	return seconds % 60 === 0 ? `${number(Math.floor(seconds / 60))} min` : `${number(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}
