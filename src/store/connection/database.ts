import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapterFactory, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Redactor } from '../../redaction/redactor.js';
import { PrismaClient } from '../client/client.js';
import { backUpBeforeUpgrade } from './automatic-backup.js';
import type { DatabaseKind, Fault } from './driver-error.js';
import { EmbeddedAdapter } from './embedded-adapter.js';
import { unpackEmptyDatabase } from './empty-database.js';
import { DatabaseError, FolderInUseError, readableTransactionError } from './errors.js';
import { faultOf } from './faults.js';
import { folderFault, openingFault } from './file-faults.js';
import { type FolderLock, lockFolder } from './folder-lock.js';
import { migrate, readMigrations } from './migrations.js';
import { assertOwnedBy, type DatabaseGuild } from './owner.js';
import { FOLDER_MODE, makePrivate, PrivateFiles } from './private-files.js';
import { DEFAULT_SCHEMA } from './qualify.js';
import { readable } from './readable-adapter.js';
import { redacting } from './redacting-adapter.js';
import { chooseSchema } from './schema.js';

/**
 * A smaller page cache than PostgreSQL's default of 128 MB: the operating system caches the same pages anyway. A write-ahead log of 2
 * files after each checkpoint, instead of 5 to 64.
 */
const CONFIGURATION = ['shared_buffers=16MB', 'min_wal_size=32MB', 'max_wal_size=32MB'];

const PGLITE_OPTIONS = { startParams: [...PGlite.defaultStartParams, ...CONFIGURATION.flatMap((parameter) => ['-c', parameter])] };

/** An open, migrated database. */
export interface Database {
	readonly prisma: PrismaClient;
	readonly kind: DatabaseKind;
	/** The PostgreSQL schema of Reeve's tables. */
	readonly schema: string;
	/** For the operator: that DATABASE_URL names another schema. */
	readonly schemaRemark?: string;
	/** The folder of the embedded database. */
	readonly folder?: string;
	close(): Promise<void>;
}

/** A PostgreSQL server by its URL, or else an embedded database in a folder. */
export interface DatabaseOptions {
	readonly url?: string | undefined;
	readonly dataDir: string;
	/** The PostgreSQL schema of Reeve's tables; by default that of `?schema=` in the URL, else `public`. Created if it does not exist. */
	readonly schema?: string | undefined;
	/** Refused if the database belongs to another guild. */
	readonly guild?: DatabaseGuild;
	/** Applied to every text that is stored. */
	readonly redact?: Redactor;
	/** Receives what an operator should know about the backup before an upgrade. */
	readonly onNotice?: (notice: string) => void;
}

/** The embedded database runs one transaction at a time, and storing a large run takes seconds. */
const TRANSACTIONS = { maxWait: 120_000, timeout: 120_000 };

/**
 * Opens the database and applies pending migrations.
 * @throws {DatabaseError} server unavailable, wrong password, folder in use or not writable, schema that cannot be used or created, that
 * is another program's or newer than this Reeve, another guild's
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
	const { url, guild } = options;
	const { schema, remark } = chooseSchema(options);
	const opened = await (url === undefined ? openEmbedded(schema, options) : openServer(url, schema, options));
	const database = remark === null ? opened : { ...opened, schemaRemark: remark };
	try {
		if (guild !== undefined) await assertOwnedBy(database.prisma, guild);
		return database;
	} catch (error) {
		await database.close();
		throw error;
	}
}

/** A database as it is: no migration is applied. */
export interface Connection {
	/** Of a single connection. */
	readonly factory: SqlMigrationAwareDriverAdapterFactory;
	readonly schema: string;
	readonly kind: DatabaseKind;
}

/**
 * Runs `work` with a database as it is, and closes it.
 * @throws {DatabaseError} as {@link openDatabase}, and those of `work`
 */
export async function withConnection<T>(options: DatabaseOptions, work: (connection: Connection) => Promise<T>): Promise<T> {
	const { url, dataDir } = options;
	const { schema } = chooseSchema(options);
	if (url !== undefined) {
		const { ServerAdapter } = await loadServerAdapter();
		return work({ factory: new ServerAdapter(url, schema, 1), schema, kind: 'postgresql' }).catch((error: unknown) => {
			throw unusable(placeOf(url, schema), faultOf(error, 'postgresql') ?? UNEXPECTED, error);
		});
	}
	const folder = resolve(dataDir);
	const lock = await lockDataFolder(folder);
	let factory: EmbeddedAdapter | undefined;
	try {
		factory = new EmbeddedAdapter(await openFiles(folder, null), schema);
		return await work({ factory, schema, kind: 'embedded' });
	} catch (error) {
		throw unusable(`The database in ${folder}`, faultOf(error, 'embedded') ?? (await openingFault(folder, error)), error);
	} finally {
		await factory?.close().catch(() => {});
		await lock.release();
	}
}

/** Loads `pg` as well, for those alone who use a server. */
const loadServerAdapter = () => import('./server-adapter.js');

async function openServer(url: string, schema: string, options: DatabaseOptions): Promise<Database> {
	const { ServerAdapter } = await loadServerAdapter();
	try {
		const migrations = await readMigrations();
		await migrate(new ServerAdapter(url, schema, 1), migrations, schema, (adapter) =>
			backUpBeforeUpgrade({ adapter, schema, kind: 'postgresql' }, migrations, options)
		);
	} catch (error) {
		throw unusable(placeOf(url, schema), faultOf(error, 'postgresql') ?? UNEXPECTED, error);
	}
	const { redact = (text) => text } = options;
	const prisma = client(new ServerAdapter(url, schema), 'postgresql', redact);
	return { prisma, kind: 'postgresql', schema, close: () => prisma.$disconnect() };
}

async function openEmbedded(schema: string, options: DatabaseOptions): Promise<Database> {
	const folder = resolve(options.dataDir);
	const { redact = (text) => text } = options;
	const lock = await lockDataFolder(folder);
	let adapter: EmbeddedAdapter | undefined;
	try {
		const opened = new EmbeddedAdapter(await openFiles(folder, schema), schema);
		adapter = opened;
		const migrations = await readMigrations();
		await migrate(opened, migrations, schema, (connected) =>
			backUpBeforeUpgrade({ adapter: connected, schema, kind: 'embedded' }, migrations, options)
		);
		const prisma = client(opened, 'embedded', redact);
		await expireStaleClaims(prisma);
		const close = async () => {
			await prisma.$disconnect();
			await opened.close();
			await lock.release();
		};
		return { prisma, kind: 'embedded', schema, folder, close };
	} catch (error) {
		await adapter?.close().catch(() => {});
		await lock.release();
		throw unusable(`The database in ${folder}`, faultOf(error, 'embedded') ?? (await openingFault(folder, error)), error);
	}
}

function client(adapter: SqlDriverAdapterFactory, kind: DatabaseKind, redact: Redactor): PrismaClient {
	// Operators see these errors: without excerpts of the code.
	const prisma = new PrismaClient({
		adapter: redacting(readable(adapter, kind), redact),
		transactionOptions: TRANSACTIONS,
		errorFormat: 'minimal'
	});
	const transaction = prisma.$transaction.bind(prisma) as (...args: unknown[]) => Promise<unknown>;
	prisma.$transaction = ((...args: unknown[]) =>
		transaction(...args).catch((error: unknown) => {
			throw readableTransactionError(error);
		})) as typeof prisma.$transaction;
	return prisma;
}

async function lockDataFolder(folder: string): Promise<FolderLock> {
	const lock = await mkdir(folder, { recursive: true, mode: FOLDER_MODE })
		.then(() => lockFolder(folder))
		.catch((error: unknown) => {
			throw unusable(`The folder ${folder}`, folderFault(error), error);
		});
	if (typeof lock !== 'string') return lock;
	throw new FolderInUseError(
		`Another Reeve is using the folder ${folder} (${lock}). Stop it first, or give this one a folder of its own (DATA_DIR). Several processes need a PostgreSQL server (DATABASE_URL).`
	);
}

/**
 * Opens the files of the embedded database. Creates them under a temporary name, so that an interrupted first start leaves no partial ones.
 * @param schema - of the tables that new files may have already; null: none
 */
async function openFiles(folder: string, schema: string | null): Promise<PGlite> {
	await makePrivate(folder);
	const files = join(folder, 'postgres');
	if (!existsSync(files)) {
		const unfinished = join(folder, 'postgres.unfinished');
		await rm(unfinished, { recursive: true, force: true });
		await mkdir(unfinished, { mode: FOLDER_MODE });
		// It has the tables in this schema.
		const unpacked = schema === DEFAULT_SCHEMA && (await unpackEmptyDatabase(unfinished));
		if (!unpacked) await (await createPGlite(unfinished)).close();
		await rename(unfinished, files);
	}
	return createPGlite(files);
}

function createPGlite(files: string): Promise<PGlite> {
	return PGlite.create({ ...PGLITE_OPTIONS, fs: new PrivateFiles(files) });
}

/** We hold the folder lock, so any lease or claim left here belongs to a dead process: expire it now. */
async function expireStaleClaims(prisma: PrismaClient): Promise<void> {
	await prisma.lease.deleteMany();
	await prisma.$executeRaw`UPDATE $schema."BulkFix" SET "expiresAt" = now() WHERE "endedAt" IS NULL`;
	await prisma.$executeRaw`UPDATE $schema."FixAttempt" SET "claimExpires" = now() WHERE outcome IS NULL AND "claimExpires" > now()`;
	await prisma.$executeRaw`UPDATE $schema."Delivery" SET "nextTryAt" = now() WHERE status = 'PENDING' AND tries = 0 AND "nextTryAt" > now()`;
}

const UNEXPECTED: Fault = {
	problem: 'the server refused what Reeve needs',
	advice: 'Reeve needs PostgreSQL 13 or newer, with a database or a schema of its own. Check its log, and report this if it stays'
};

function unusable(what: string, { problem, advice }: Fault, cause: unknown): DatabaseError {
	return cause instanceof DatabaseError ? cause : new DatabaseError(`${what} cannot be used: ${problem}. ${advice}`, { cause });
}

function placeOf(url: string, schema: string): string {
	return `The database at ${withoutPassword(url)}${schema === DEFAULT_SCHEMA ? '' : ` (schema ${schema})`}`;
}

/** Host and database of a URL, without credentials. */
function withoutPassword(url: string): string {
	const { hostname, port, pathname } = new URL(url);
	return `${hostname}${port && `:${port}`}${pathname}`;
}
