import { diffRoles } from '../../reconciliation/detection/role-plan.js';
import type { DriftIssue, DriftSeverity, DriftType, Plan } from '../../reconciliation/domain/issue.js';
import { DEBTOR, type RoleName } from '../../reconciliation/domain/rules.js';
import { AUTOMATIC } from '../../reconciliation/fixes/attempt.js';
import { escapeName, mention } from './text.js';

/** The words of a report that more than one message uses. */

/** More roles, names or IDs than this are counted, not named. */
const MAX_NAMED = 5;

export const SEVERITY_NAMES: Readonly<Record<DriftSeverity, string>> = { HIGH: 'High', MEDIUM: 'Medium', LOW: 'Low' };

export const TYPE_NAMES: Readonly<Record<DriftType, string>> = {
	MISSING_ACCESS: 'Pays, but has no role',
	UNAUTHORIZED_ACCESS: 'Has a role, but does not pay',
	ROLE_MISMATCH: 'Has the wrong role',
	DEBTOR_MISMATCH: 'Debtor role is wrong'
};

/** What is wrong with one person, as a heading. */
export function heading(issue: DriftIssue): string {
	switch (issue.type) {
		case 'UNAUTHORIZED_ACCESS':
			return issue.linked ? TYPE_NAMES.UNAUTHORIZED_ACCESS : 'Has a role, but is linked to no customer';
		case 'DEBTOR_MISMATCH':
			if (!issue.expectedRoles.includes(DEBTOR)) return 'Is marked as Debtor, but should not be';
			return issue.discordRoles.includes(DEBTOR) ? 'Is a Debtor, but has kept access' : 'Owes, but is not marked as Debtor';
		default:
			return TYPE_NAMES[issue.type];
	}
}

/** 1234567 → "1 234 567", with spaces that do not break. */
export function number(value: number): string {
	return String(value).replace(/\B(?=(\d{3})+$)/g, '\u00A0');
}

/** "1 issue", "12 issues". */
export function count(value: number, one: string, many = `${one}s`): string {
	return `${number(value)} ${value === 1 ? one : many}`;
}

/** "a, b and c"; of many, a few and how many more. The items are printed as they are. */
export function list(items: readonly string[], max: number = MAX_NAMED): string {
	if (items.length > max) return `${items.slice(0, max).join(', ')} and ${number(items.length - max)} more`;
	return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** "Knight and Lord". */
export function roles(names: readonly RoleName[]): string {
	return list(names.map((name) => escapeName(name)));
}

/** "Give Lord, then take Knight": in the order in which it is done. */
export function describePlan({ add, remove }: Plan): string {
	if (add.length === 0) return remove.length === 0 ? 'Nothing to change' : `Take ${roles(remove)}`;
	return remove.length === 0 ? `Give ${roles(add)}` : `Give ${roles(add)}, then take ${roles(remove)}`;
}

/** "Lord given, Knight taken"; empty if nothing changed. */
export function describeChange({ add, remove }: Plan): string {
	const given = add.length === 0 ? [] : [`${roles(add)} given`];
	const taken = remove.length === 0 ? [] : [`${roles(remove)} taken`];
	return [...given, ...taken].join(', ');
}

/** What was really done, where it is known what was held before and after. */
export function changeMade(before: readonly RoleName[] | null, after: readonly RoleName[] | null): Plan | null {
	if (before === null || after === null) return null;
	return diffRoles(before, after);
}

/** Who acted: an operator by mention, or Reeve by itself. */
export function describeActor(actor: string): string {
	return actor === AUTOMATIC ? 'Reeve' : mention(actor);
}

/** "3 minutes ago", in the reader's own words and time zone. */
export function ago(date: Date): string {
	return `<t:${Math.floor(date.getTime() / 1000)}:R>`;
}

/** "20 November 2026 09:30", in the reader's own words and time zone. */
export function moment(date: Date): string {
	return `<t:${Math.floor(date.getTime() / 1000)}:f>`;
}

/** Link to a channel, or to a message in it. */
export function messageUrl(guildId: string, channelId: string, messageId?: string): string {
	return `https://discord.com/channels/${guildId}/${channelId}${messageId === undefined ? '' : `/${messageId}`}`;
}

/** "850 ms", "12 s", "2 min 5 s". */
export function duration(ms: number): string {
	if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
	const seconds = Math.round(ms / 1000);
	if (seconds < 60) return `${seconds} s`;
	return seconds % 60 === 0 ? `${number(Math.floor(seconds / 60))} min` : `${number(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}
