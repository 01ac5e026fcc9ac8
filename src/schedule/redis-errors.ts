/** Redis errors as operator-readable reasons. */

const REASONS: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'connection refused',
	ECONNRESET: 'connection reset',
	EPIPE: 'connection reset',
	ENOTFOUND: 'host not found',
	EAI_AGAIN: 'DNS lookup failed',
	ETIMEDOUT: 'no response',
	EHOSTUNREACH: 'host unreachable',
	ENETUNREACH: 'network unreachable'
};

/** Messages of ioredis for commands whose connection has closed. */
const CONNECTION_ENDED = /connection is closed|connection (was )?closed|connection close$/i;
const AUTH_FAILED = /WRONGPASS|NOAUTH|invalid (username-)?password/i;

/** Operator-readable reason. Uses only the error's message: the command attached to it may contain the password. */
export function describeRedisError(error: Error): string {
	if (AUTH_FAILED.test(error.message)) return 'wrong user or password in REDIS_URL';
	const known = REASONS[codeOf(error) ?? ''];
	if (known !== undefined) return known;
	if (CONNECTION_ENDED.test(error.message)) return 'connection lost';
	return error.message.split('\n')[0] || error.name;
}

/** Whether the error only reports a missing connection, which the connection's own events report once. */
export function isConnectionError(error: Error): boolean {
	return codeOf(error) !== null || CONNECTION_ENDED.test(error.message);
}

/**
 * Whether BullMQ reports that Redis no longer has a job that it was running: Redis was restarted or flushed meanwhile. Its task has
 * started, and the next check creates what is missing.
 * @see https://docs.bullmq.io/guide/troubleshooting
 */
export function isLostJob(error: Error): boolean {
	return /^Missing (key|lock) for job /.test(error.message);
}

/** Host and port of a Redis URL, without user and password; an IPv6 host in brackets. */
export function hostAndPort(url: string): string {
	const { hostname, port } = new URL(url);
	return `${hostname || '127.0.0.1'}:${port || '6379'}`;
}

/** Code of a system error such as ECONNREFUSED; null for other errors. */
function codeOf(error: Error): string | null {
	return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
