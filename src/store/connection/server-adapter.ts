import { PrismaPg } from '@prisma/adapter-pg';
import { closeUnresponsiveConnections } from './connection-watchdog.js';
import { DEFAULT_SCHEMA, qualified } from './qualify.js';

/** pg's default is no limit. */
const CONNECTION_TIMEOUT_MS = 10_000;

/** Longer than Reeve's longest statement. Ends the wait for a connection that was lost silently. */
const QUERY_TIMEOUT_MS = 180_000;

/** Timeout of a probe of the server, longer than the watchdog waits for it. */
const PROBE_TIMEOUT_MS = 30_000;

/** A constant, because pg's types do not allow `query_timeout` in a query's literal. */
const TIMES_AS_READ = { text: "SET TIME ZONE 'UTC'; SET DateStyle = 'ISO'", query_timeout: CONNECTION_TIMEOUT_MS };

/**
 * Driver adapter of a PostgreSQL server. `PrismaPg` reads and writes times in UTC and ISO format whatever the session's settings,
 * so each session is set to them. An unavailable or unresponsive server becomes an error within seconds.
 */
export class ServerAdapter extends PrismaPg {
	/**
	 * @param schema - of Reeve's tables
	 * @param connections - maximum number of connections, by default pg's
	 */
	public constructor(
		private readonly url: string,
		private readonly schema: string = DEFAULT_SCHEMA,
		connections?: number
	) {
		super(
			{
				connectionString: url,
				connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
				query_timeout: QUERY_TIMEOUT_MS,
				keepAlive: true,
				// A statement, because poolers reject connection options.
				onConnect: async (client) => {
					await client.query(TIMES_AS_READ);
				},
				...(connections === undefined ? {} : { max: connections, idleTimeoutMillis: 0 })
			},
			{ schema }
		);
	}

	public override async connect(): ReturnType<PrismaPg['connect']> {
		const adapter = qualified(await super.connect(), this.schema);
		const startTransaction = adapter.startTransaction.bind(adapter);
		adapter.startTransaction = async (isolationLevel) => qualified(await startTransaction(isolationLevel), this.schema);
		// The inherited method splits a script at every semicolon, even in quotes and comments.
		adapter.executeScript = async (script) => {
			await adapter.underlyingDriver().query(script);
		};
		closeUnresponsiveConnections(adapter.underlyingDriver(), () => this.probe());
		return adapter;
	}

	/** Queries the server over a separate connection. */
	private async probe(): Promise<void> {
		const options = { connectionString: this.url, max: 1, connectionTimeoutMillis: PROBE_TIMEOUT_MS, query_timeout: PROBE_TIMEOUT_MS };
		const adapter = await new PrismaPg(options).connect();
		try {
			await adapter.queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] });
		} finally {
			await adapter.dispose();
		}
	}
}
