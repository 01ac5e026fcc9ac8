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

/**
 * The same in a few words, to follow what is wrong: "Lord was granted by @ada on …". Empty if nothing is known, and for what the text
 * has said already.
 * @param said - the drift in words; its times are ISO times
 */
export function describeEvent(origin: Origin | undefined, said: string): string {
	if (origin === undefined || origin.kind === 'unknown') return '';
	const on = day(new Date(origin.at));
	switch (origin.kind) {
		case 'granted':
		case 'revoked':
			return `${escapeName(origin.role)} was ${origin.kind} by ${who(origin)} on ${on}`;
		case 'granted-by-reeve':
			return `Reeve granted ${escapeName(origin.role)} on ${on}`;
		case 'revoked-by-reeve':
			return `Reeve revoked ${escapeName(origin.role)} on ${on}`;
		case 'rejoined':
			return `left the server and came back on ${on}`;
		case 'joined':
			return `joined the server on ${on}`;
		case 'ended':
			return / ended on \d{4}-/.test(said) ? '' : `the subscription ended on ${on}`;
		case 'payment-failed':
			return /payment failed \d{4}-/i.test(said) ? '' : `the payment failed on ${on}`;
		case 'subscribed':
			return /subscribed on \d{4}-/.test(said) ? '' : `subscribed on ${on}`;
		case 'linked':
			return `was linked by ${describeActor(origin.by)} on ${on}`;
		case 'unlinked':
			return `was unlinked by ${describeActor(origin.by)} on ${on}`;
	}
}

function who({ by, byBot }: { readonly by: string; readonly byBot: boolean | null }): string {
	return `${mention(by)}${byBot ? ' (a bot)' : ''}`;
}

/** What a group of issues has in common. */
function groupOf(origin: Exclude<Origin, { readonly kind: 'unknown' }>): string {
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
	}
}

/** "9 of 12: granted by @MEE6": the largest group of issues that came about in the same way; null if no two did, as far as it is known. */
export function commonOrigin(issues: readonly { readonly origin?: Origin }[]): string | null {
	const groups = new Map<string, number>();
	for (const { origin } of issues) {
		if (origin === undefined || origin.kind === 'unknown') continue;
		const name = groupOf(origin);
		groups.set(name, (groups.get(name) ?? 0) + 1);
	}
	const [largest] = [...groups].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
	if (largest === undefined || largest[1] < 2) return null;
	return `${number(largest[1])} of ${number(issues.length)}: ${largest[0]}`;
}
