import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { SourceError } from '../../reconciliation/domain/ports.js';
import { PrismaClient } from '../client/client.js';
import { EmbeddedAdapter } from './embedded-adapter.js';
import { DatabaseError, driverMessage, FolderInUseError } from './errors.js';
import { type FolderLock, lockFolder } from './folder-lock.js';
import { migrate, readMigrations } from './migrations.js';
import { redacting } from './redacting-adapter.js';
import { ServerAdapter } from './server-adapter.js';

/**
 * The embedded PostgreSQL keeps to itself what an idle bot can spare: by itself it takes 128 MB for pages that the system has in its
 * own cache all the same.
 */
const EMBEDDED = { startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'] };

/** An open database, on this Reeve's schema. */
export interface Database {
	readonly prisma: PrismaClient;
	readonly kind: 'postgresql' | 'embedded';
	close(): Promise<void>;
}

type Mask = (text: string) => string;

/** Where the database is: a PostgreSQL server by its URL, or else a folder. */
export interface DatabaseOptions {
	readonly url?: string | undefined;
	readonly dataDir: string;
	/** Takes out of a text what must not be stored. */
	readonly mask?: Mask;
}

/** The embedded database does one transaction at a time, and that of a large run takes a while. */
const TRANSACTIONS = { maxWait: 120_000, timeout: 120_000 };

/**
 * Opens the database and brings it to this Reeve's schema.
 * @throws {DatabaseError} in the operator's words: server away, wrong password, folder in use or not writable, newer schema
 */
export async function openDatabase({ url, dataDir, mask = (text) => text }: DatabaseOptions): Promise<Database> {
	return url === undefined ? openEmbedded(dataDir, mask) : openServer(url, mask);
}

async function openServer(url: string, mask: Mask): Promise<Database> {
	refuseSchema(url);
	try {
		await migrate(new ServerAdapter(url, 1), await readMigrations());
	} catch (error) {
		const cause = error instanceof SourceError ? error.cause : error;
		throw unusable(`The database at ${withoutPassword(url)}`, databaseAdvice(cause), cause);
	}
	const prisma = client(new ServerAdapter(url), mask);
	return { prisma, kind: 'postgresql', close: () => prisma.$disconnect() };
}

async function openEmbedded(dataDir: string, mask: Mask): Promise<Database> {
	const folder = resolve(dataDir);
	const lock = await lockDataFolder(folder);
	let pglite: PGlite | undefined;
	try {
		pglite = await openFiles(folder);
		const opened = pglite;
		await migrate(new EmbeddedAdapter(opened), await readMigrations());
		const prisma = client(new EmbeddedAdapter(opened), mask);
		await expireStaleClaims(prisma);
		const close = async () => {
			await prisma.$disconnect();
			if (!opened.closed) await opened.close();
			await lock.release();
		};
		return { prisma, kind: 'embedded', close };
	} catch (error) {
		await pglite?.close().catch(() => {});
		await lock.release();
		throw unusable(`The database in ${folder}`, 'Restore the folder from a backup, or name an empty one (DATA_DIR)', error);
	}
}

function client(adapter: SqlDriverAdapterFactory, mask: Mask): PrismaClient {
	// Operators see these errors: what is wrong, and not the lines of code around it.
	return new PrismaClient({ adapter: redacting(adapter, mask), transactionOptions: TRANSACTIONS, errorFormat: 'minimal' });
}

async function lockDataFolder(folder: string): Promise<FolderLock> {
	const taken = await mkdir(folder, { recursive: true })
		.then(() => lockFolder(folder))
		.catch((error: unknown) => {
			throw unusable(`The folder ${folder}`, 'Check DATA_DIR, and that Reeve may write there', error);
		});
	if (typeof taken !== 'string') return taken;
	throw new FolderInUseError(
		`Another Reeve is using the folder ${folder} (${taken}). Stop it first, or give this one a folder of its own (DATA_DIR). Several processes need a PostgreSQL server (DATABASE_URL).`
	);
}

/** Opens the files of the embedded database. They are made under another name: a first start that is stopped leaves no half of them. */
async function openFiles(folder: string): Promise<PGlite> {
	const files = join(folder, 'postgres');
	if (!existsSync(files)) {
		const unfinished = join(folder, 'postgres.unfinished');
		await rm(unfinished, { recursive: true, force: true });
		await (await PGlite.create(unfinished, EMBEDDED)).close();
		await rename(unfinished, files);
	}
	return PGlite.create(files, EMBEDDED);
}

/** Whoever held a right in this folder is dead: the lock says so. The next start need not wait for it to expire. */
async function expireStaleClaims(prisma: PrismaClient): Promise<void> {
	await prisma.lease.deleteMany();
	await prisma.$executeRaw`UPDATE "BulkFix" SET "expiresAt" = now() WHERE "endedAt" IS NULL`;
	await prisma.$executeRaw`UPDATE "FixAttempt" SET "claimExpires" = now() WHERE outcome IS NULL AND "claimExpires" > now()`;
	await prisma.$executeRaw`UPDATE "Delivery" SET "nextTryAt" = now() WHERE status = 'PENDING' AND tries = 0 AND "nextTryAt" > now()`;
}

function unusable(what: string, advice: string, cause: unknown): DatabaseError {
	return cause instanceof DatabaseError
		? cause
		: new DatabaseError(`${what} cannot be used: ${driverMessage(cause)}. ${advice}.`, { cause });
}

/** The server and the database of a URL: what an operator needs to recognise it, and nothing that must stay secret. */
function withoutPassword(url: string): string {
	const { hostname, port, pathname } = new URL(url);
	return `${hostname}${port && `:${port}`}${pathname}`;
}

function databaseAdvice(error: unknown): string {
	switch ((error as { cause?: { originalCode?: string } }).cause?.originalCode) {
		case '28P01':
		case '28000':
			return 'Check the user and the password in DATABASE_URL';
		case '3D000':
			return 'Create it, or name another one at the end of DATABASE_URL';
		default:
			return 'Check DATABASE_URL, and that the server runs and can be reached from here';
	}
}

/** Prisma's own notation for a schema, which the driver would pass over in silence: the tables would land in another one. */
function refuseSchema(url: string): void {
	const schema = new URL(url).searchParams.get('schema');
	if (schema === null || schema === 'public') return;
	throw new DatabaseError(
		`DATABASE_URL names the schema ${schema}, but Reeve keeps its tables in the schema public. Give it a database of its own, without ?schema=.`
	);
}
