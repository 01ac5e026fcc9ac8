import type { SqlDriverAdapterFactory, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import type { DatabaseKind } from './driver-error.js';
import { readableError } from './errors.js';

/** Converts the errors of a driver: see {@link readableError}. */
export function readable(factory: SqlDriverAdapterFactory, kind: DatabaseKind): SqlDriverAdapterFactory {
	const rethrow = (error: unknown): never => {
		throw readableError(error, kind);
	};
	const wrap = <T extends SqlQueryable>(queryable: T): T => {
		const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)];
		queryable.queryRaw = (query) => queryRaw(query).catch(rethrow);
		queryable.executeRaw = (query) => executeRaw(query).catch(rethrow);
		return queryable;
	};
	const wrapTransaction = (transaction: Transaction): Transaction => {
		const [commit, rollback] = [transaction.commit.bind(transaction), transaction.rollback.bind(transaction)];
		transaction.commit = () => commit().catch(rethrow);
		transaction.rollback = () => rollback().catch(rethrow);
		return wrap(transaction);
	};
	return {
		provider: factory.provider,
		adapterName: factory.adapterName,
		connect: async () => {
			const adapter = wrap(await factory.connect().catch(rethrow));
			const startTransaction = adapter.startTransaction.bind(adapter);
			adapter.startTransaction = async (isolationLevel) => wrapTransaction(await startTransaction(isolationLevel).catch(rethrow));
			return adapter;
		}
	};
}
