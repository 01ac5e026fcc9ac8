import { setImmediate } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapter, SqlQueryable } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';

/**
 * Driver adapter of the embedded database. Works around `PrismaPGlite` 0.7.2, which does not await scripts (a failed migration
 * would count as applied) and reports a failed commit as done. Also yields to the event loop before every statement, because
 * PGlite resolves without doing so and a series of statements would block the process.
 */
export class EmbeddedAdapter extends PrismaPGlite {
	public constructor(private readonly pglite: PGlite) {
		super(pglite);
	}

	public override async connect(): Promise<SqlDriverAdapter> {
		const { pglite } = this;
		const adapter = await super.connect();
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
			const transaction = await (await new PrismaPGlite(client as PGlite).connect()).startTransaction(isolationLevel);
			const commit = transaction.commit.bind(transaction);
			transaction.commit = async () => {
				await commit();
				await settled;
			};
			return yieldBeforeQueries(transaction);
		};
		return yieldBeforeQueries(adapter);
	}

	/** An empty in-memory database for schema comparisons. */
	public override async connectToShadowDb(): Promise<SqlDriverAdapter> {
		return new EmbeddedAdapter(await PGlite.create()).connect();
	}
}

/** Yields to the event loop before every statement. */
function yieldBeforeQueries<T extends SqlQueryable>(queryable: T): T {
	const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)];
	queryable.queryRaw = async (query) => {
		await setImmediate();
		return queryRaw(query);
	};
	queryable.executeRaw = async (query) => {
		await setImmediate();
		return executeRaw(query);
	};
	return queryable;
}
