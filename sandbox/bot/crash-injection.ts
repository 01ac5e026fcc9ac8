import type { SqlDriverAdapter, SqlQueryable } from '@prisma/driver-adapter-utils';
import { DefaultRestOptions } from 'discord.js';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { ServerAdapter } from '../../src/store/connection/server-adapter.js';

/**
 * Kills the bot's process with SIGKILL at a chosen step. Steps are counted from its start: one before and one after every database write,
 * every commit and every role change. Preloaded by `node --import`, so the bot's code knows nothing of it.
 */

/** The setting that names the step: 1 is before the first operation, 2 after it, 3 before the second, … */
export const CRASH_AT_STEP = 'SANDBOX_DIE_AT';

const WRITE = /^\s*(insert|update|delete|commit)\b/i;
const ROLE_CHANGE = /\/members\/\d+\/roles\/\d+$/;

let count = 0;

export function injectCrash(crashAtStep: number): void {
	onEachStep(() => {
		count += 1;
		if (count === crashAtStep) process.kill(process.pid, 'SIGKILL');
	});
}

/**
 * Calls `nextStep` at each step of databases that are opened, and of REST clients that are created, from now on.
 * @param nextStep - may throw instead of ending the process; a transaction is then rolled back
 */
export function onEachStep(nextStep: () => void): void {
	const countSteps = async <Result>(work: () => Promise<Result>): Promise<Result> => {
		nextStep();
		const result = await work();
		nextStep();
		return result;
	};
	const interceptWrites = (queryable: SqlQueryable) => {
		const { queryRaw, executeRaw } = queryable;
		queryable.queryRaw = (query) =>
			WRITE.test(query.sql) ? countSteps(() => queryRaw.call(queryable, query)) : queryRaw.call(queryable, query);
		queryable.executeRaw = (query) =>
			WRITE.test(query.sql) ? countSteps(() => executeRaw.call(queryable, query)) : executeRaw.call(queryable, query);
	};
	const interceptAdapter = (adapter: SqlDriverAdapter) => {
		interceptWrites(adapter);
		const { startTransaction } = adapter;
		adapter.startTransaction = async (isolationLevel) => {
			const transaction = await startTransaction.call(adapter, isolationLevel);
			interceptWrites(transaction);
			const commit = transaction.commit.bind(transaction);
			transaction.commit = async () => {
				try {
					nextStep();
				} catch (error) {
					await transaction.rollback();
					throw error;
				}
				await commit();
				nextStep();
			};
			return transaction;
		};
		return adapter;
	};
	for (const { prototype } of [EmbeddedAdapter, ServerAdapter] as { prototype: { connect(): Promise<SqlDriverAdapter> } }[]) {
		const { connect } = prototype;
		prototype.connect = async function () {
			return interceptAdapter(await connect.call(this));
		};
	}
	const { makeRequest } = DefaultRestOptions;
	Object.assign(DefaultRestOptions, {
		makeRequest: (url, init) =>
			init.method !== 'GET' && ROLE_CHANGE.test(url) ? countSteps(() => makeRequest(url, init)) : makeRequest(url, init)
	} satisfies Partial<typeof DefaultRestOptions>);
}
