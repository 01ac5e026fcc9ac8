import type { SqlDriverAdapterFactory, SqlQueryable } from '@prisma/driver-adapter-utils';

/** Redacts secrets from everything stored: user-supplied text and quoted errors may contain them. */
export function redacting(factory: SqlDriverAdapterFactory, redact: (text: string) => string): SqlDriverAdapterFactory {
	return {
		provider: factory.provider,
		adapterName: factory.adapterName,
		connect: async () => {
			const adapter = redactingQueryable(await factory.connect(), redact);
			const startTransaction = adapter.startTransaction.bind(adapter);
			adapter.startTransaction = async (isolationLevel) => redactingQueryable(await startTransaction(isolationLevel), redact);
			return adapter;
		}
	};
}

function redactingQueryable<T extends SqlQueryable>(queryable: T, redact: (text: string) => string): T {
	const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)];
	queryable.queryRaw = (query) => queryRaw({ ...query, args: query.args.map((arg) => redactArgument(arg, redact)) });
	queryable.executeRaw = (query) => executeRaw({ ...query, args: query.args.map((arg) => redactArgument(arg, redact)) });
	return queryable;
}

function redactArgument(arg: unknown, redact: (text: string) => string): unknown {
	if (typeof arg === 'string') return redact(arg);
	return Array.isArray(arg) ? arg.map((each) => redactArgument(each, redact)) : arg;
}
