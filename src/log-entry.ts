import { inspect } from 'node:util';

export type LogFields = Readonly<Record<string, string | number | boolean | null | Readonly<Record<string, number>> | readonly string[]>>;

/** A log line with fields: as JSON they are members of the object, as text they follow the message as `name=value`. */
export class LogEntry {
	public constructor(
		public readonly message: string,
		public readonly fields: LogFields
	) {}

	/** Leaves out what is null. */
	public toString(): string {
		const fields = Object.entries(this.fields).filter(([, value]) => value !== null);
		return [this.message, ...fields.map(([name, value]) => `${name}=${fieldText(value)}`)].join(' ');
	}

	public [inspect.custom](): string {
		return this.toString();
	}
}

/** A logger that keeps the fields of entries apart. To any other, an entry is text. */
export interface TakesEntries {
	readonly takesEntries: true;
}

/** Quoted if it could be mistaken for the end of the field. */
function fieldText(value: LogFields[string]): string {
	return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
