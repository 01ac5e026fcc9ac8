import { setImmediate } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapter, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { driverCause } from './driver-error.js';
import { DEFAULT_SCHEMA, qualified } from './qualify.js';

/** The engine of the embedded database has ended, and every further statement would wait for ever. `cause`: its last error. */
export class EngineStoppedError extends Error {
	public override readonly name = 'EngineStoppedError';
}

/**
 * Driver adapter of the embedded database. Works around `PrismaPGlite` 0.7.2, which does not await scripts (a failed migration
 * would count as applied) and reports a failed commit as done. Also yields to the event loop before every statement, because
 * PGlite resolves without doing so and a series of statements would block the process; and rejects statements once the engine has
 * ended, as on a full disk, because they would never settle.
 */
export class EmbeddedAdapter extends PrismaPGlite {
	private stopped: EngineStoppedError | null = null;

	/** @param schema - of Reeve's tables */
	public constructor(
		private readonly pglite: PGlite,
		private readonly schema: string = DEFAULT_SCHEMA
	) {
		super(pglite);
	}

	/** Closes the database, unless its engine has ended. */
	public async close(): Promise<void> {
		if (this.stopped === null && !this.pglite.closed) await this.pglite.close();
	}

	public override async connect(): Promise<SqlDriverAdapter> {
		const { pglite, schema } = this;
		const adapter = await super.connect();
		// `PrismaPGlite` takes no schema.
		adapter.getConnectionInfo = () => ({ schemaName: schema, supportsRelationJoins: true });
		adapter.executeScript = async (script) => {
			await pglite.exec(script);
		};
		adapter.startTransaction = async (isolationLevel) => {
			let settled: Promise<unknown> = Promise.resolve();
			const client: Pick<PGlite, 'exec' | 'transaction'> = {
				exec: (query, options) => pglite.exec(query, options),
				transaction: (work) => {
					const result = pglite.transaction(work);
					settled = result;
					return result;
				}
			};
			const transaction = await this.run(async () => (await new PrismaPGlite(client as PGlite).connect()).startTransaction(isolationLevel));
			const commit = transaction.commit.bind(transaction);
			transaction.commit = async () => {
				await commit();
				await settled;
			};
			return this.guardTransaction(transaction);
		};
		return this.guard(adapter);
	}

	/** An empty in-memory database for schema comparisons. */
	public override async connectToShadowDb(): Promise<SqlDriverAdapter> {
		return new EmbeddedAdapter(await PGlite.create()).connect();
	}

	private guardTransaction(transaction: Transaction): Transaction {
		const [commit, rollback] = [transaction.commit.bind(transaction), transaction.rollback.bind(transaction)];
		transaction.commit = () => this.run(commit);
		// An engine that ended has committed nothing.
		transaction.rollback = async () => (this.stopped === null ? rollback() : undefined);
		return this.guard(transaction);
	}

	private guard<T extends SqlQueryable>(queryable: T): T {
		const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)];
		queryable.queryRaw = (query) => this.run(() => queryRaw(query));
		queryable.executeRaw = (query) => this.run(() => executeRaw(query));
		return qualified(queryable, this.schema);
	}

	/** Runs a statement in a later turn of the event loop, if the engine still works. */
	private async run<T>(statement: () => Promise<T>): Promise<T> {
		await setImmediate();
		if (this.stopped !== null) throw this.stopped;
		try {
			return await statement();
		} catch (error) {
			if (!endsEngine(error)) throw error;
			this.stopped ??= new EngineStoppedError('The engine of the embedded database has ended.', { cause: error });
			throw this.stopped;
		}
	}
}

/** What Emscripten throws when the engine traps, exits or aborts. */
const ENGINE_ERRORS: ReadonlySet<string> = new Set(['RuntimeError', 'ExitStatus']);

/** Whether the engine ended with this error: with a panic, as on a full disk, or a failure of its own. */
function endsEngine(error: unknown): boolean {
	const cause = driverCause(error);
	const { severity } = cause?.kind === 'postgres' ? cause : (error as { readonly severity?: string });
	if (severity === 'PANIC' || severity === 'FATAL') return true;
	const { name, message } = error as Error;
	return ENGINE_ERRORS.has(name) || /^(Aborted\(|PGlite is clos)/.test(message);
}
