import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import { closeUnresponsiveConnections } from './connection-watchdog.js';
import { toSourceError } from './errors.js';

/** pg waits without limit by default. */
const CONNECTION_TIMEOUT_MS = 10_000;

/** Longer than the longest statement of Reeve's: a connection that is gone without a word must not be waited for for ever. */
const QUERY_TIMEOUT_MS = 180_000;

/** When a question after a sign of life is no longer waited for, and is not to be left behind. */
const ABANDON_AFTER_MS = 30_000;

/** pg's types do not know that a statement may have a time of its own. */
const IN_UTC = { text: "SET TIME ZONE 'UTC'", query_timeout: CONNECTION_TIMEOUT_MS };

/**
 * The driver adapter of a PostgreSQL server. The one it stands on writes and reads times in UTC, whatever the session's zone.
 * A server that is away, or falls silent, is an error in the operator's words, in seconds.
 */
export class ServerAdapter extends PrismaPg {
	/** @param connections - how many at most; by default as many as pg likes */
	public constructor(
		private readonly url: string,
		connections?: number
	) {
		super({
			connectionString: url,
			connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
			query_timeout: QUERY_TIMEOUT_MS,
			keepAlive: true,
			// A statement and not a connection option, which poolers refuse.
			onConnect: async (client) => {
				await client.query(IN_UTC);
			},
			...(connections === undefined ? {} : { max: connections, idleTimeoutMillis: 0 })
		});
	}

	public override async connect(): ReturnType<PrismaPg['connect']> {
		const adapter = await super.connect();
		// The inherited one cuts a script at every semicolon, in quotes and comments too, and sends the pieces one by one.
		adapter.executeScript = async (script) => {
			await adapter.underlyingDriver().query(script);
		};
		closeUnresponsiveConnections(adapter.underlyingDriver(), () => this.ask());
		const startTransaction = adapter.startTransaction.bind(adapter);
		adapter.startTransaction = async (isolationLevel): Promise<Transaction> =>
			withReadableErrors(await startTransaction(isolationLevel).catch(rethrowReadable));
		return withReadableErrors(adapter);
	}

	/** Asks the server for a sign of life, over a connection of its own. */
	private async ask(): Promise<void> {
		const options = { connectionString: this.url, max: 1, connectionTimeoutMillis: ABANDON_AFTER_MS, query_timeout: ABANDON_AFTER_MS };
		const adapter = await new PrismaPg(options).connect();
		try {
			await adapter.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] });
		} finally {
			await adapter.dispose();
		}
	}
}

/** Makes what it is asked fail in the operator's words where the server is away. */
function withReadableErrors<T extends SqlQueryable>(queryable: T): T {
	const [queryRaw, executeRaw] = [queryable.queryRaw.bind(queryable), queryable.executeRaw.bind(queryable)];
	queryable.queryRaw = (query) => queryRaw(query).catch(rethrowReadable);
	queryable.executeRaw = (query) => executeRaw(query).catch(rethrowReadable);
	return queryable;
}

function rethrowReadable(error: unknown): never {
	throw toSourceError(error);
}
