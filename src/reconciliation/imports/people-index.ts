import type { ById } from '../domain/by-id.js';
import { isRoundingOf, isSpreadsheetRounding, looksRounded, parseDiscordId } from '../domain/discord-id.js';
import type { RosterMember } from '../domain/guild.js';
import type { ImportLine } from './file.js';
import type { ImportConflict } from './result.js';

/** Finds the members whom the lines of a file name. */

const SCIENTIFIC = /^\d(?:[.,]\d+)?E\+?\d{1,3}$/i;
/** Too short or too long to be an ID; usernames of digits alone are written in the column `username`. */
const DIGITS = /^[\d.,\s]+$/;
/** A program keeps at least the digits before these. */
const ROUNDED_DIGITS = 4;

export class PeopleIndex {
	private readonly byUsername = new Map<string, string[]>();
	/** Members by the name that they show. */
	private readonly byName = new Map<string, number>();
	/** First digits → IDs, for the search of an ID that may be rounded. */
	private readonly byDigits = new Map<string, string[]>();
	/** Whether a program has rounded every ID of the file: of real ones, one in ten looks rounded. */
	private readonly allRounded: boolean;

	public constructor(
		lines: readonly ImportLine[],
		private readonly roster: ById<RosterMember>
	) {
		const ids = lines.flatMap(({ discordId }) => parseDiscordId(discordId) ?? []);
		this.allRounded = ids.every(looksRounded);
		for (const { id, name, username } of roster.values()) {
			addTo(this.byUsername, usernameKey(username ?? name), id);
			addTo(this.byDigits, id.slice(0, -ROUNDED_DIGITS), id);
			this.byName.set(usernameKey(name), (this.byName.get(usernameKey(name)) ?? 0) + 1);
		}
	}

	/** The member's Discord ID; or why the line names none. */
	public find({ discordId, username }: Pick<ImportLine, 'discordId' | 'username'>): string | ImportConflict {
		const found = this.identify(discordId, username);
		return typeof found === 'string' && this.roster.get(found)?.bot ? { kind: 'bot' } : found;
	}

	private identify(discordId: string, username: string): string | ImportConflict {
		if (discordId === '') return username === '' ? { kind: 'no-member' } : this.byUniqueName(username);
		const id = parseDiscordId(discordId);
		if (id !== null) return this.roster.has(id) || !this.isRounded(id) ? id : { kind: 'rounded-id', value: discordId };
		if (SCIENTIFIC.test(discordId)) return { kind: 'scientific-id', value: discordId };
		if (DIGITS.test(discordId) || /^<.*>$/.test(discordId)) return { kind: 'malformed-id', value: discordId };
		return this.byUniqueName(discordId);
	}

	private byUniqueName(value: string): string | ImportConflict {
		const [only, ...others] = this.byUsername.get(usernameKey(value)) ?? [];
		if (only === undefined) return { kind: 'unknown-username', value, shownBy: this.byName.get(usernameKey(value)) ?? 0 };
		return others.length === 0 ? only : { kind: 'ambiguous-username', value, members: others.length + 1 };
	}

	/** Of an ID that no member of the server has. */
	private isRounded(id: string): boolean {
		if (!looksRounded(id)) return false;
		if (this.allRounded || isSpreadsheetRounding(id)) return true;
		const digits = id.slice(0, -ROUNDED_DIGITS);
		// One less: the first digits of an ID that was rounded up.
		const alike = [digits, String(BigInt(digits) - 1n)].flatMap((key) => this.byDigits.get(key) ?? []);
		return alike.some((other) => isRoundingOf(id, other));
	}
}

/** As Discord compares usernames: `@Ada` and `ada#0` are `ada`. Those of bots have other numbers. */
function usernameKey(name: string): string {
	return name.trim().toLowerCase().replace(/^@/, '').replace(/#0$/, '');
}

function addTo(lists: Map<string, string[]>, key: string, id: string): void {
	const list = lists.get(key);
	if (list === undefined) lists.set(key, [id]);
	else list.push(id);
}
