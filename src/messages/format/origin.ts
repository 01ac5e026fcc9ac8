import type { Origin } from '../../reconciliation/domain/origin.js';
import { describeActor, number } from './format.js';
import { escapeName, mention } from './text.js';
import { day } from './timestamps.js';

/** How drift came about, for operators. */

/** One sentence; empty if that is not watched. */
export function describeOrigin(origin: Origin | undefined): string {
	if (origin === undefined) return '';
	if (origin.kind === 'unknown') return 'It is not known how this came about.';
	const on = day(new Date(origin.at));
	switch (origin.kind) {
		case 'granted':
		case 'revoked':
			return `${escapeName(origin.role)} was ${origin.kind} by ${who(origin)} on ${on}.`;
		case 'granted-by-reeve':
			return `Reeve granted ${escapeName(origin.role)} on ${on}.`;
		case 'revoked-by-reeve':
			return `Reeve revoked ${escapeName(origin.role)} on ${on}.`;
		case 'rejoined':
			return `Left the server, which takes all roles, and came back on ${on}.`;
		case 'joined':
			return `Joined the server on ${on}; no one has granted the role since.`;
		case 'ended':
			return `The subscription ended on ${on}; no one has revoked the role since.`;
		case 'payment-failed':
			return `The payment failed on ${on}.`;
		case 'subscribed':
			return `Subscribed on ${on}; no one has granted the role since.`;
		case 'linked':
			return `Was linked by ${describeActor(origin.by)} on ${on}; no one has granted the role since.`;
		case 'unlinked':
			return `Was unlinked by ${describeActor(origin.by)} on ${on}; no one has revoked the role since.`;
	}
}

function who({ by, byBot }: { readonly by: string; readonly byBot: boolean | null }): string {
	return `${mention(by)}${byBot ? ' (a bot)' : ''}`;
}

/** What a group of issues has in common. */
function groupOf(origin: Origin): string {
	switch (origin.kind) {
		case 'granted':
		case 'revoked':
			return `${origin.kind} by ${who(origin)}`;
		case 'granted-by-reeve':
			return 'granted by Reeve';
		case 'revoked-by-reeve':
			return 'revoked by Reeve';
		case 'rejoined':
			return 'left the server and came back';
		case 'joined':
			return 'joined the server';
		case 'ended':
			return 'the subscription ended';
		case 'payment-failed':
			return 'the payment failed';
		case 'subscribed':
			return 'subscribed';
		case 'linked':
			return 'linked by an operator';
		case 'unlinked':
			return 'unlinked by an operator';
		case 'unknown':
			return 'not known';
	}
}

/** Groups named one by one. */
const MAX_GROUPS = 4;

/** "9 of 12: granted by @MEE6": a line per group, the largest first, and what is not known last; empty if none of it is known. */
export function originLines(issues: readonly { readonly origin?: Origin }[]): readonly string[] {
	const groups = new Map<string, { many: number; readonly isKnown: boolean }>();
	for (const { origin } of issues) {
		if (origin === undefined) continue;
		const name = groupOf(origin);
		const group = groups.get(name) ?? { many: 0, isKnown: origin.kind !== 'unknown' };
		group.many += 1;
		groups.set(name, group);
	}
	if (![...groups.values()].some(({ isKnown }) => isKnown)) return [];
	const sorted = [...groups].sort(
		([nameA, a], [nameB, b]) => Number(b.isKnown) - Number(a.isKnown) || b.many - a.many || (nameA < nameB ? -1 : 1)
	);
	const shown = sorted.slice(0, MAX_GROUPS);
	const left = sorted.slice(MAX_GROUPS).reduce((sum, [, { many }]) => sum + many, 0);
	const lines = shown.map(([name, { many }]) => `${number(many)} of ${number(issues.length)}: ${name}`);
	return left === 0 ? lines : [...lines, `${number(left)} of ${number(issues.length)}: otherwise`];
}
