import { SourceError } from '../reconciliation/domain/ports.js';

/** Reads one model of an application's Prisma client under Reeve's names of its fields. */

const PAGE = 2_000;

/** PostgreSQL takes 32,767 parameters. */
const VALUES_PER_QUERY = 10_000;

/** Of a generated client; Reeve uses the models by name. */
export type PrismaClientLike = object;

/** What Reeve calls of a model: the same in every version since 2. */
interface Delegate {
	findMany(query: object): Promise<readonly Record<string, unknown>[]>;
	updateMany(query: object): Promise<{ readonly count: number }>;
}

/** What a client says of its models; it is not part of Prisma's documented interface, so that it may be missing. */
type DataModel = Readonly<Record<string, { readonly fields: readonly { readonly name: string; readonly type: string }[] }>>;

/** A row: Reeve's names of fields, and further ones under their own names. */
export interface RawRow {
	readonly fields: Readonly<Record<string, unknown>>;
	readonly extra: Readonly<Record<string, unknown>>;
}

export class PrismaTable {
	private readonly names: readonly (readonly [name: string, field: string])[];

	/**
	 * @param model - as on the client: `member` for `prisma.member`
	 * @param fields - Reeve's name → the application's; `id` must be among them, unique and sortable
	 * @param extra - further fields to read
	 * @param place - what operators call the database
	 */
	public constructor(
		private readonly prisma: PrismaClientLike,
		private readonly model: string,
		private readonly fields: Readonly<Record<string, string>> & { readonly id: string },
		private readonly extra: readonly string[],
		private readonly place: string
	) {
		this.names = Object.entries(fields);
	}

	/** @throws {SourceError} if the model or one of the fields does not exist, or the rows cannot be read */
	public async check(): Promise<void> {
		const models = Object.keys(this.dataModel ?? {}).map((name) => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`);
		if (this.delegate === undefined) {
			const has = models.length === 0 ? '' : `; it has: ${models.join(', ')}`;
			throw new SourceError('database', `The model "${this.model}" does not exist in the bot's Prisma client${has}.`);
		}
		const known = this.knownFields?.map(({ name }) => name);
		const wrong = [...this.names.map(([, field]) => field), ...this.extra].filter((field) => known?.includes(field) === false);
		if (wrong.length > 0) {
			const which = wrong.map((field) => `"${field}"`).join(' and ');
			throw new SourceError(
				'database',
				`The model "${this.model}" of the bot's Prisma client has no ${wrong.length === 1 ? 'field' : 'fields'} ${which}; it has: ${known?.join(', ')}.`
			);
		}
		await this.query({ take: 1 });
	}

	/** All rows in the order of their keys, by pages, so that neither memory nor the database is taken at once. */
	public async *pages(): AsyncGenerator<readonly RawRow[]> {
		for (let after: unknown; ; ) {
			const page = await this.query({
				orderBy: { [this.fields.id]: 'asc' },
				take: PAGE,
				...(after === undefined ? {} : { where: { [this.fields.id]: { gt: after } } })
			});
			yield page;
			if (page.length < PAGE) return;
			after = page.at(-1)?.fields.id;
		}
	}

	/** The rows in which a field has one of these values. @param name - Reeve's */
	public async findIn(name: string, values: Iterable<string>): Promise<readonly RawRow[]> {
		const field = this.fields[name];
		if (field === undefined) return [];
		const wanted = [...new Set(values)].flatMap((value) => this.convert(field, value));
		const found: RawRow[] = [];
		for (let start = 0; start < wanted.length; start += VALUES_PER_QUERY)
			found.push(...(await this.query({ where: { [field]: { in: wanted.slice(start, start + VALUES_PER_QUERY) } } })));
		return found;
	}

	/** The rows in which a field contains a text; none if it is no text. @param name - Reeve's */
	public async findContaining(name: string, text: string): Promise<readonly RawRow[]> {
		const field = this.fields[name];
		if (field === undefined || this.typeOf(field) !== 'String') return [];
		return this.query({ where: { [field]: { contains: text } } });
	}

	/** Sets a field of a row while another one has the given value. False if it has another one by now. */
	public async set(id: string, change: Readonly<Record<string, string | null>>, only: Readonly<Record<string, string | null>>) {
		const written = (values: Readonly<Record<string, string | null>>) =>
			Object.fromEntries(
				Object.entries(values).flatMap(([name, value]) => {
					const field = this.fields[name];
					return field === undefined ? [] : [[field, value === null ? null : this.convert(field, value)[0]]];
				})
			);
		const where = { ...written({ id }), ...written(only) };
		const { count } = await this.ask('changed', (delegate) => delegate.updateMany({ where, data: written(change) }));
		return count > 0;
	}

	private async query(query: object): Promise<readonly RawRow[]> {
		const select = Object.fromEntries([...this.names.map(([, field]) => field), ...this.extra].map((field) => [field, true]));
		const rows = await this.ask('read', (delegate) => delegate.findMany({ select, ...query }));
		return rows.map((row) => ({
			fields: Object.fromEntries(this.names.map(([name, field]) => [name, row[field]])),
			extra: Object.fromEntries(this.extra.map((field) => [field, row[field]]))
		}));
	}

	/** Hides Prisma's words from operators; the error itself is the cause, for the log. */
	private async ask<T>(verb: 'read' | 'changed', work: (delegate: Delegate) => Promise<T>): Promise<T> {
		try {
			if (this.delegate === undefined) throw new TypeError(`No model ${this.model}`);
			return await work(this.delegate);
		} catch (cause) {
			throw new SourceError(
				'database',
				`The model "${this.model}" could not be ${verb} in ${this.place}. Check whether the bot itself can do it; the log has the error.`,
				{ cause }
			);
		}
	}

	/** A value as the field's type; none if it cannot have that type. */
	private convert(field: string, value: string): unknown[] {
		const type = this.typeOf(field);
		if (type === 'String') return [value];
		if (!/^\d{1,20}$/.test(value)) return [];
		return [type === 'BigInt' ? BigInt(value) : Number(value)];
	}

	private typeOf(field: string): string {
		const type = this.knownFields?.find(({ name }) => name === field)?.type;
		return type === 'BigInt' || type === 'Int' ? type : 'String';
	}

	private get delegate(): Delegate | undefined {
		const delegate = (this.prisma as Readonly<Record<string, unknown>>)[this.model] as Partial<Delegate> | undefined;
		return typeof delegate?.findMany === 'function' ? (delegate as Delegate) : undefined;
	}

	private get dataModel(): DataModel | undefined {
		return (this.prisma as { readonly _runtimeDataModel?: { readonly models?: DataModel } })._runtimeDataModel?.models;
	}

	private get knownFields() {
		const models = this.dataModel ?? {};
		return Object.entries(models).find(([name]) => name.toLowerCase() === this.model.toLowerCase())?.[1].fields;
	}
}
