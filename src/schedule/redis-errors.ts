/** What goes wrong between Reeve and Redis, in words for whoever runs both. */

const WORDS: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'nothing answers there',
	ECONNRESET: 'the connection was cut',
	EPIPE: 'the connection was cut',
	ENOTFOUND: 'there is no such host',
	EAI_AGAIN: 'the name of the host cannot be looked up',
	ETIMEDOUT: 'there is no answer',
	EHOSTUNREACH: 'there is no way to that host',
	ENETUNREACH: 'there is no way to that network'
};

/** What ioredis says of a command when its connection has ended. */
const CONNECTION_ENDED = /connection is closed|connection (was )?closed|connection close$/i;
const REFUSED = /WRONGPASS|NOAUTH|invalid (username-)?password/i;

/** Why Redis cannot be used. Never more than the error's own words: the command in it may hold the password. */
export function describeRedisError(error: Error): string {
	if (REFUSED.test(error.message)) return 'it refuses the user or password in REDIS_URL';
	const known = WORDS[codeOf(error) ?? ''];
	if (known !== undefined) return known;
	if (CONNECTION_ENDED.test(error.message)) return 'the connection was lost';
	return error.message.split('\n')[0] || error.name;
}

/** Whether the error only says that a connection is not there: then the connection itself tells, and once. */
export function isConnectionError(error: Error): boolean {
	return codeOf(error) !== null || CONNECTION_ENDED.test(error.message);
}

/** Host and port of a Redis address, without user and password. */
export function hostAndPort(url: string): string {
	const { hostname, port } = new URL(url);
	return `${hostname || '127.0.0.1'}:${port || '6379'}`;
}

/** The code of a system's error, as of ECONNREFUSED; null where it has none. */
function codeOf(error: Error): string | null {
	return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
