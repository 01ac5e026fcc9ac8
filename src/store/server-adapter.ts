import { PrismaPg } from '@prisma/adapter-pg';

/** pg waits without limit by default. */
const CONNECTION_TIMEOUT_MS = 10_000;

/** Longer than the longest statement of Reeve's: a server that is gone without a word must not be waited for for ever. */
const QUERY_TIMEOUT_MS = 180_000;

/** The driver adapter of a PostgreSQL server. The one it stands on writes and reads times in UTC, whatever the session's zone. */
export class ServerAdapter extends PrismaPg {
	/** @param connections - how many at most; by default as many as pg likes */
	public constructor(url: string, connections?: number) {
		super({
			connectionString: url,
			connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
			query_timeout: QUERY_TIMEOUT_MS,
			keepAlive: true,
			// A statement and not a connection option, which poolers refuse.
			onConnect: async (client) => {
				await client.query("SET TIME ZONE 'UTC'");
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
		return adapter;
	}
}
