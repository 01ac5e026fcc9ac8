import { SECRETS } from '../../config/env.js';
import { quoted } from '../../config/values.js';
import { clean } from '../../messages/format/text.js';
import type { EnvChanges } from './env-text.js';

type Values = Readonly<NodeJS.Dict<string>>;

/** The settings as setup will write them: those of the file, and the answers. */
export class Draft {
	private readonly answers = new Map<string, string | null>();

	/**
	 * @param file - what the file has now
	 * @param given - variables of the environment and of the command line, which go before it
	 */
	public constructor(
		private readonly file: Values,
		private readonly given: Values
	) {}

	/** The answer, or else what is known; undefined if nothing is. */
	public get(name: string): string | undefined {
		const answer = this.answers.get(name);
		return answer === null ? undefined : (answer ?? presence(this.given[name]) ?? presence(this.file[name]));
	}

	/** Entries of a list. */
	public list(name: string): readonly string[] {
		return entriesOf(this.get(name) ?? '');
	}

	/** @param value - null or empty removes the setting @param standard - what Reeve assumes without the setting: need not be written */
	public set(name: string, value: string | null, standard?: string): void {
		const isStandard = value === standard && presence(this.file[name]) === undefined;
		this.answers.set(name, isStandard ? null : (presence(value ?? undefined) ?? null));
	}

	/** The variables of a start with this file and nothing else. */
	public environment(): Record<string, string> {
		const values = new Map<string, string>();
		for (const name of this.names()) {
			const value = this.get(name);
			if (value !== undefined) values.set(name, value);
		}
		return Object.fromEntries(values);
	}

	/** What the file does not have yet, in the order of the questions. */
	public changes(): EnvChanges {
		const changes = new Map<string, string | null>();
		for (const name of this.names()) {
			const [before, after] = [presence(this.file[name]), this.get(name)];
			if (before !== after) changes.set(name, after ?? null);
		}
		return changes;
	}

	/** A line for each change, without secrets. */
	public describeChanges(): readonly string[] {
		return [...this.changes()].map(([name, after]) => {
			const before = presence(this.file[name]);
			if (after === null) return `- ${name}${SECRETS.has(name) ? '' : ` (was ${shown(before ?? '')})`}`;
			if (SECRETS.has(name)) return before === undefined ? `+ ${name} (secret)` : `~ ${name} (another secret)`;
			return before === undefined ? `+ ${name}=${shown(after)}` : `~ ${name}: ${shown(before)} → ${shown(after)}`;
		});
	}

	private names(): ReadonlySet<string> {
		return new Set([...this.answers.keys(), ...Object.keys(this.given), ...Object.keys(this.file)]);
	}
}

/** "a, b" → ["a", "b"]. */
export function entriesOf(list: string): readonly string[] {
	return list
		.split(',')
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '');
}

/** A blank value counts as not set. */
function presence(value: string | undefined): string | undefined {
	return value?.trim() || undefined;
}

/** In quotes only where a secret was pasted into the wrong setting. */
function shown(value: string): string {
	const safe = quoted(value);
	return safe.startsWith('"') ? clean(value) : safe;
}
