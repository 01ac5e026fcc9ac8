import type { SqlDriverAdapterFactory, SqlQueryable } from '@prisma/driver-adapter-utils';

/** Lets nothing into the database but through `mask`: a text that anybody chose, or an error that quotes, may have a secret in it. */
export function redacting(factory: SqlDriverAdapterFactory, mask: (text: string) => string): SqlDriverAdapterFactory {
	return {
		provider: factory.provider,
		adapterName: factory.adapterName,
		connect: async () => {
			const adapter = redactingQueryable(await factory.connect(), mask);
			const startTransaction = adapter.startTransaction.bind(adapter);
			adapter.startTransaction = async (isolationLevel) => redactingQueryable(await startTransaction(isolationLevel), mask);
			return adapter;
		}
	};
}

function redactingQueryable<T extends SqlQueryable>(queryable: T, mask: (text: string) => string): T {
	const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)];
	queryable.queryRaw = (query) => queryRaw({ ...query, args: query.args.map((arg) => redactedError(arg, mask)) });
	queryable.executeRaw = (query) => executeRaw({ ...query, args: query.args.map((arg) => redactedError(arg, mask)) });
	return queryable;
}

function redactedError(arg: unknown, mask: (text: string) => string): unknown {
	if (typeof arg === 'string') return mask(arg);
	return Array.isArray(arg) ? arg.map((each) => redactedError(each, mask)) : arg;
}
