import { PGlite } from '@electric-sql/pglite';
import { DriverAdapterError, type SqlDriverAdapter, type SqlQuery, type Transaction } from '@prisma/driver-adapter-utils';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { PrismaClient } from '../../src/store/client/client.js';
import type { Database } from '../../src/store/connection/database.js';
import { EmbeddedAdapter } from '../../src/store/connection/embedded-adapter.js';
import { readableError } from '../../src/store/connection/errors.js';
import { migrate, readMigrations } from '../../src/store/connection/migrations.js';
import type { DatabaseFaults } from './injected-faults.js';

/** No transaction times out on a busy machine. */
const TRANSACTIONS = { maxWait: 60_000, timeout: 60_000 };

/** The error of a server adapter that lost its connection. */
const connectionLost = () => readableError(new DriverAdapterError({ kind: 'ConnectionClosed' }), 'postgresql');
const isRead = (sql: string) => /^\s*SELECT/i.test(sql);

/** The embedded database's adapter with connections that fail on demand. */
class BreakingAdapter extends EmbeddedAdapter {
	public constructor(
		pglite: PGlite,
		private readonly faults: DatabaseFaults
	) {
		super(pglite);
	}

	public override async connect(): Promise<SqlDriverAdapter> {
		const { faults } = this;
		const adapter = await super.connect();
		const begin = adapter.startTransaction.bind(adapter);
		breakStatements(adapter, (sql) => faults.take(!isRead(sql)));
		adapter.startTransaction = async (isolationLevel) => {
			if (faults.take(false) !== null) throw connectionLost();
			return breakTransaction(await begin(isolationLevel), faults);
		};
		return adapter;
	}
}

type Statements = Pick<SqlDriverAdapter, 'queryRaw' | 'executeRaw'>;

function breakStatements(statements: Statements, takeFault: (sql: string) => ReturnType<DatabaseFaults['take']>): void {
	const breaking =
		<Answer>(ask: (query: SqlQuery) => Promise<Answer>) =>
		async (query: SqlQuery) => {
			const kind = takeFault(query.sql);
			if (kind === 'away') throw connectionLost();
			const answer = await ask(query);
			if (kind === 'lost') throw connectionLost();
			return answer;
		};
	statements.queryRaw = breaking(statements.queryRaw.bind(statements));
	statements.executeRaw = breaking(statements.executeRaw.bind(statements));
}

/** Like a server, rolls the transaction back when its connection fails. Every later statement on it fails. */
function breakTransaction(transaction: Transaction, faults: DatabaseFaults): Transaction {
	let state: 'open' | 'broken' | 'ended' = 'open';
	const rollback = transaction.rollback.bind(transaction);
	const commit = transaction.commit.bind(transaction);
	const fail = async () => {
		if (state === 'open') {
			state = 'broken';
			await rollback();
		}
		return connectionLost();
	};
	breakStatements(transaction, () => (state === 'open' ? faults.take(false) : 'away'));
	const { queryRaw, executeRaw } = transaction;
	const rollBackOnFailure =
		<Answer>(ask: (query: SqlQuery) => Promise<Answer>) =>
		(query: SqlQuery) =>
			ask(query).catch(async (error: unknown) => {
				throw error instanceof SourceError ? await fail() : error;
			});
	transaction.queryRaw = rollBackOnFailure(queryRaw);
	transaction.executeRaw = rollBackOnFailure(executeRaw);
	transaction.commit = async () => {
		const kind = state === 'open' ? faults.take(true) : 'away';
		if (kind === 'away') throw await fail();
		state = 'ended';
		await commit();
		if (kind === 'lost') throw connectionLost();
	};
	transaction.rollback = async () => {
		if (state !== 'open') return;
		state = 'ended';
		await rollback();
	};
	return transaction;
}

/** A table and its columns, without the generated ones: PostgreSQL computes those. Names are quoted. */
interface Table {
	readonly name: string;
	readonly columns: string;
}

/** An in-memory database that can fail and be restored to a snapshot. */
export class BreakableDatabase implements Database {
	public readonly kind = 'embedded';
	public readonly schema = 'public';
	private tables: readonly Table[] = [];
	private snapshots = 0;

	private constructor(
		private readonly pglite: PGlite,
		public readonly prisma: PrismaClient
	) {}

	public static async open(faults: DatabaseFaults): Promise<BreakableDatabase> {
		const pglite = await PGlite.create();
		await migrate(new EmbeddedAdapter(pglite), await readMigrations());
		const prisma = new PrismaClient({ adapter: new BreakingAdapter(pglite, faults), transactionOptions: TRANSACTIONS });
		const database = new BreakableDatabase(pglite, prisma);
		const { rows } = await pglite.query<Table>(
			`SELECT quote_ident(table_name) AS name, string_agg(quote_ident(column_name), ', ') AS columns
			FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' AND is_generated = 'NEVER'
			GROUP BY table_name`
		);
		database.tables = rows;
		return database;
	}

	/** Copies all rows. @returns a function that restores them */
	public async snapshot(): Promise<() => Promise<void>> {
		const { pglite, tables } = this;
		this.snapshots += 1;
		const schema = `snapshot_${this.snapshots}`;
		await pglite.exec(
			[
				`CREATE SCHEMA ${schema}`,
				...tables.map(({ name, columns }) => `CREATE TABLE ${schema}.${name} AS SELECT ${columns} FROM public.${name}`)
			].join(';')
		);
		// Without triggers: they make the audit log append-only.
		const restore = [
			'SET session_replication_role = replica',
			`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`,
			...tables.map(({ name, columns }) => `INSERT INTO public.${name} (${columns}) SELECT ${columns} FROM ${schema}.${name}`),
			'SET session_replication_role = DEFAULT'
		].join(';');
		return async () => {
			await pglite.exec(restore);
		};
	}

	/** Expires every claim, lease and outbox visibility timeout, as if their holder had died long ago. */
	public async expireLeases(): Promise<void> {
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
