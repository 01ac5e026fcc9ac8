import { DiscordError, type ErrorTree } from '../core/errors.js';

type Path = readonly (string | number)[];
type Entry = { code: string; message: string };

/** Collects validation errors and throws them as Discord does: code 50035 with an error tree. */
export class Form {
	private readonly found: { path: Path; entry: Entry }[] = [];

	public fail(path: Path, code: string, message: string): void {
		this.found.push({ path, entry: { code, message } });
	}

	/** @param prefix - the path of this part in the whole body, such as `data` in an interaction response */
	public field(value: unknown, prefix: Path = []): Field {
		return new Field(this, prefix, value);
	}

	/** @throws DiscordError 50035 if there are errors */
	public check(): void {
		if (this.found.length === 0) return;
		const errors: ErrorTree = {};
		for (const { path, entry } of this.found) {
			let node = errors;
			for (const key of path) {
				const below = node[key];
				const next: ErrorTree = below !== undefined && !Array.isArray(below) ? below : {};
				node[key] = next;
				node = next;
			}
			const here = node._errors;
			node._errors = Array.isArray(here) ? [...here, entry] : [entry];
		}
		throw new DiscordError(400, { message: 'Invalid Form Body', code: 50035, errors });
	}
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Text {
	min?: number;
	max?: number;
	required?: boolean;
	pattern?: RegExp;
}

/** One position in a body. Its checks record errors and return undefined for absent, null or invalid values. */
export class Field {
	public constructor(
		private readonly form: Form,
		public readonly path: Path,
		public readonly value: unknown
	) {}

	public get given(): boolean {
		return this.value !== undefined && this.value !== null;
	}

	public at(key: string): Field {
		return new Field(this.form, [...this.path, key], isRecord(this.value) ? this.value[key] : undefined);
	}

	public fail(code: string, message: string): undefined {
		this.form.fail(this.path, code, message);
		return undefined;
	}

	public missing(): undefined {
		return this.fail('BASE_TYPE_REQUIRED', 'This field is required');
	}

	/** Whether the value is an object. Records an error otherwise. */
	public model(required = true): boolean {
		if (isRecord(this.value)) return true;
		if (this.given) this.fail('MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
		else if (required) this.missing();
		return false;
	}

	public list({ min = 0, max, required = false }: { min?: number; max: number; required?: boolean }): Field[] {
		if (!this.given) {
			if (required) this.missing();
			return [];
		}
		if (!Array.isArray(this.value)) {
			this.fail('LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
			return [];
		}
		this.length(this.value.length, min, max);
		return this.value.map((item: unknown, index) => new Field(this.form, [...this.path, index], item));
	}

	public text({ min = 0, max, required = false, pattern }: Text): string | undefined {
		if (!this.given) return required ? this.missing() : undefined;
		if (typeof this.value !== 'string')
			return this.fail('STRING_TYPE_CONVERT', `Could not interpret "${JSON.stringify(this.value)}" as string.`);
		if (required && this.value.trim() === '') return this.missing();
		this.length(this.value.length, min, max);
		if (pattern && !pattern.test(this.value)) this.fail('STRING_TYPE_REGEX', 'String value did not match validation regex.');
		return this.value;
	}

	public integer({ min, max, required = false }: { min?: number; max?: number; required?: boolean }): number | undefined {
		if (!this.given) return required ? this.missing() : undefined;
		if (typeof this.value !== 'number' || !Number.isInteger(this.value)) {
			return this.fail('NUMBER_TYPE_COERCE', `Value "${String(this.value)}" is not int.`);
		}
		if (min !== undefined && this.value < min) this.fail('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`);
		if (max !== undefined && this.value > max) this.fail('NUMBER_TYPE_MAX', `int value should be less than or equal to ${max}.`);
		return this.value;
	}

	public boolean(): boolean | undefined {
		if (!this.given) return undefined;
		if (typeof this.value !== 'boolean') return this.fail('BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
		return this.value;
	}

	public snowflake(required = false): string | undefined {
		if (!this.given) return required ? this.missing() : undefined;
		const text = String(this.value);
		if (!/^\d{1,20}$/.test(text)) return this.fail('NUMBER_TYPE_COERCE', `Value "${text}" is not snowflake.`);
		return text;
	}

	public oneOf<T extends string | number>(values: readonly T[], required = false): T | undefined {
		if (!this.given) return required ? this.missing() : undefined;
		const value = values.find((candidate) => candidate === this.value);
		return value ?? this.fail('BASE_TYPE_CHOICES', `Value must be one of {${values.join(', ')}}.`);
	}

	public url({
		schemes,
		max = 2048,
		required = false
	}: {
		schemes: readonly string[];
		max?: number;
		required?: boolean;
	}): string | undefined {
		const text = this.text({ max, required });
		if (text === undefined) return undefined;
		const scheme = /^([a-z][a-z0-9+.-]*):\/\/./i.exec(text)?.[1]?.toLowerCase();
		if (scheme === undefined) return this.fail('URL_TYPE_INVALID_URL', 'Not a well formed URL.');
		if (!schemes.includes(scheme)) {
			const allowed = schemes.map((name) => `'${name}'`).join(', ');
			return this.fail('URL_TYPE_INVALID_SCHEME', `Scheme "${scheme}" is not supported. Scheme must be one of (${allowed}).`);
		}
		return text;
	}

	private length(length: number, min: number, max: number | undefined): void {
		const over = max !== undefined && length > max;
		if (!over && length >= min) return;
		if (max !== undefined && min > 0) this.fail('BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
		else if (over) this.fail('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
		else this.fail('BASE_TYPE_MIN_LENGTH', `Must be ${min} or more in length.`);
	}
}
