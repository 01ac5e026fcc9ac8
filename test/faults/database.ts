import { PGlite } from '@electric-sql/pglite';
import { DriverAdapterError, type SqlDriverAdapter, type SqlQuery, type Transaction } from '@prisma/driver-adapter-utils';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { PrismaClient } from '../../src/store/client/client.js';
import type { Database } from '../../src/store/connection/database.js';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { toSourceError } from '../../src/store/connection/errors.js';
import { migrate, readMigrations } from '../../src/store/connection/migrations.js';
import type { DatabaseFaults } from './injected-faults.js';

/** A loaded machine needs the room. */
const TRANSACTIONS = { maxWait: 60_000, timeout: 60_000 };

/** As the adapter of a server says it. */
const gone = () => toSourceError(new DriverAdapterError({ kind: 'ConnectionClosed' }));
const isRead = (sql: string) => /^\s*SELECT/i.test(sql);

/** The adapter of the embedded database, with connections that break. */
class BreakingAdapter extends EmbeddedAdapter {
	public constructor(
		pglite: PGlite,
		private readonly trouble: DatabaseFaults
	) {
		super(pglite);
	}

	public override async connect(): Promise<SqlDriverAdapter> {
		const { trouble } = this;
		const adapter = await super.connect();
		const begin = adapter.startTransaction.bind(adapter);
		breakStatements(adapter, (sql) => trouble.take(!isRead(sql)));
		adapter.startTransaction = async (isolationLevel) => {
			if (trouble.take(false) !== null) throw gone();
			return breakTransaction(await begin(isolationLevel), trouble);
		};
		return adapter;
	}
}

type Statements = Pick<SqlDriverAdapter, 'queryRaw' | 'executeRaw'>;

function breakStatements(statements: Statements, befalls: (sql: string) => ReturnType<DatabaseFaults['take']>): void {
	const breaking =
		<Answer>(ask: (query: SqlQuery) => Promise<Answer>) =>
		async (query: SqlQuery) => {
			const kind = befalls(query.sql);
			if (kind === 'away') throw gone();
			const answer = await ask(query);
			if (kind === 'lost') throw gone();
			return answer;
		};
	statements.queryRaw = breaking(statements.queryRaw.bind(statements));
	statements.executeRaw = breaking(statements.executeRaw.bind(statements));
}

/** A server rolls back what was open on a connection that broke: nothing on it succeeds any more. */
function breakTransaction(transaction: Transaction, trouble: DatabaseFaults): Transaction {
	let state: 'open' | 'broken' | 'ended' = 'open';
	const rollback = transaction.rollback.bind(transaction);
	const commit = transaction.commit.bind(transaction);
	const breakOff = async () => {
		if (state === 'open') {
			state = 'broken';
			await rollback();
		}
		return gone();
	};
	breakStatements(transaction, () => (state === 'open' ? trouble.take(false) : 'away'));
	const { queryRaw, executeRaw } = transaction;
	const orBreakOff =
		<Answer>(ask: (query: SqlQuery) => Promise<Answer>) =>
		(query: SqlQuery) =>
			ask(query).catch(async (error: unknown) => {
				throw error instanceof SourceError ? await breakOff() : error;
			});
	transaction.queryRaw = orBreakOff(queryRaw);
	transaction.executeRaw = orBreakOff(executeRaw);
	transaction.commit = async () => {
		const kind = state === 'open' ? trouble.take(true) : 'away';
		if (kind === 'away') throw await breakOff();
		state = 'ended';
		await commit();
		if (kind === 'lost') throw gone();
	};
	transaction.rollback = async () => {
		if (state !== 'open') return;
		state = 'ended';
		await rollback();
	};
	return transaction;
}

/** A database in memory that can break, and be put back as it was. */
export class BreakableDatabase implements Database {
	public readonly kind = 'embedded';
	private tables: readonly string[] = [];
	private kept = 0;

	private constructor(
		private readonly pglite: PGlite,
		public readonly prisma: PrismaClient
	) {}

	public static async open(trouble: DatabaseFaults): Promise<BreakableDatabase> {
		const pglite = await PGlite.create();
		await migrate(new EmbeddedAdapter(pglite), await readMigrations());
		const prisma = new PrismaClient({ adapter: new BreakingAdapter(pglite, trouble), transactionOptions: TRANSACTIONS });
		const database = new BreakableDatabase(pglite, prisma);
		const { rows } = await pglite.query<{ name: string }>(
			`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`
		);
		database.tables = rows.map(({ name }) => name);
		return database;
	}

	/** Keeps what is in it now. @returns puts it back */
	public async keep(): Promise<() => Promise<void>> {
		const { pglite, tables } = this;
		this.kept += 1;
		const schema = `kept_${this.kept}`;
		await pglite.exec(
			[`CREATE SCHEMA ${schema}`, ...tables.map((table) => `CREATE TABLE ${schema}.${table} AS TABLE public.${table}`)].join(';')
		);
		// The triggers sleep: the audit log only grows, but for this.
		const putBack = [
			'SET session_replication_role = replica',
			`TRUNCATE ${tables.join(', ')}`,
			...tables.map((table) => `INSERT INTO public.${table} SELECT * FROM ${schema}.${table}`),
			'SET session_replication_role = DEFAULT'
		].join(';');
		return async () => {
			await pglite.exec(putBack);
		};
	}

	/** Lets the time pass that a claim, a lease or a delivery in hand outlives whoever took it. */
	public async letRightsExpire(): Promise<void> {
		await this.pglite.exec(`
			UPDATE "FixAttempt" SET "claimExpires" = now() - interval '1 second' WHERE outcome IS NULL;
			UPDATE "BulkFix" SET "expiresAt" = now() - interval '1 second' WHERE "endedAt" IS NULL;
			UPDATE "Lease" SET "expiresAt" = now() - interval '1 second';
			UPDATE "Delivery" SET "nextTryAt" = now() - interval '1 second' WHERE status = 'PENDING'`);
	}

	public async close(): Promise<void> {
		await this.prisma.$disconnect();
		await this.pglite.close();
	}
}
