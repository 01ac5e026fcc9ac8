import type { ById } from '../domain/by-id.js';
import type { RosterMember } from '../domain/guild.js';
import type { MemberRow, TeamRow } from '../domain/links.js';
import type { ImportFormat, ImportLine } from './file.js';
import { type ImportCustomers, type Payer, PayerIndex } from './payer-index.js';
import { PeopleIndex } from './people-index.js';
import type { ImportConflict, ImportedLine, ImportLink } from './result.js';

/** What Discord, the database and Stripe say. */
export interface ImportSources {
	readonly roster: ById<RosterMember>;
	readonly members: readonly MemberRow[];
	readonly teams: readonly TeamRow[];
	readonly customers: ImportCustomers;
}

/** Decides about every line of a file, in their order. Pure. */
export function checkImport(format: ImportFormat, lines: readonly ImportLine[], sources: ImportSources): readonly ImportedLine[] {
	const people = new PeopleIndex(lines, sources.roster);
	const payers = new PayerIndex(sources.members, sources.teams, sources.customers);
	const checked = lines.map((line): ImportedLine & Pick<Payer, 'link'> => {
		const named = { line: line.line, member: line.discordId || line.username, payer: line.customer || line.email || line.team };
		// These bots keep members who have not given an email address.
		if (format !== 'own' && named.payer === '') return { ...named, discordId: null, link: null, outcome: { kind: 'skipped' } };
		const member = people.find(line);
		if (typeof member !== 'string') return { ...named, discordId: null, link: null, outcome: { kind: 'conflict', conflict: member } };
		return { ...named, discordId: member, ...payers.find(line, member) };
	});
	const clashes = clashesBetween(checked);
	return checked.map(({ link: _, ...result }) => {
		const clash = clashes.get(result.line);
		if (clash === undefined || result.outcome.kind === 'conflict') return result;
		if (clash !== 'repeated') return { ...result, outcome: { kind: 'conflict', conflict: clash } };
		return result.outcome.kind === 'link' ? { ...result, outcome: { kind: 'unchanged', by: 'line' } } : result;
	});
}

/** Lines about one customer, or one seat, that disagree: all of them conflict, as it is unknown which one is right. */
function clashesBetween(
	checked: readonly { readonly line: number; readonly link: ImportLink | null }[]
): ReadonlyMap<number, ImportConflict | 'repeated'> {
	const first = new Map<string, { readonly line: number; readonly link: ImportLink }>();
	const clashes = new Map<number, ImportConflict | 'repeated'>();
	for (const { line, link } of checked) {
		if (link === null) continue;
		const { customerId, teamId, discordId, seatTier } = link;
		const key = customerId ?? `${teamId}:${discordId}`;
		const before = first.get(key);
		if (before === undefined) {
			first.set(key, { line, link });
			continue;
		}
		const clashWith = (other: number): ImportConflict =>
			customerId === null ? { kind: 'seat-twice', line: other } : { kind: 'customer-twice', customerId, line: other };
		if (before.link.discordId === discordId && before.link.seatTier === seatTier) clashes.set(line, 'repeated');
		else {
			clashes.set(line, clashWith(before.line));
			if (!clashes.has(before.line)) clashes.set(before.line, clashWith(line));
		}
	}
	return clashes;
}
