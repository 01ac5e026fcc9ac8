import { setImmediate } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapter, SqlQueryable } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';

/**
 * The driver adapter of the embedded database. The one it stands on (0.7.2) does not wait for a script, so that a migration
 * that fails counts as applied, and says that a transaction is committed when its commit has failed. And the database answers
 * without ever going to the event loop: one statement after the other would keep all else waiting until the last.
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

	/** An empty database in memory, to compare with. */
	public override async connectToShadowDb(): Promise<SqlDriverAdapter> {
		return new EmbeddedAdapter(await PGlite.create()).connect();
	}
}

/** Gives the event loop a turn before every statement. */
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
