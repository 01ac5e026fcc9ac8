import { constants } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { type Database, openDatabase } from '../../src/store/connection/database.js';

/** The bot's database for one world. The sandbox may open it only while the bot is down. */
export interface BotDatabase {
	/** The bot's settings for this database. */
	readonly settings: Readonly<Record<'DATA_DIR', string> & Partial<Record<'DATABASE_URL', string>>>;
	open(): Promise<Database>;
	remove(): Promise<void>;
}

/** Creates the bot's databases: directories in a temporary location, or databases on a PostgreSQL server. */
export class Databases {
	private directory: Promise<string> | null = null;
	private migratedTemplate: Promise<string> | null = null;
	private made = 0;

	/** Creates an empty, migrated database in a directory. Migration takes seconds, so it runs once and is copied. */
	public async inFolder(): Promise<BotDatabase> {
		const migratedTemplate = await this.ensureTemplate();
		this.made += 1;
		const dataDir = join(await this.ensureDirectory(), `world-${this.made}`);
		await cp(migratedTemplate, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
		return {
			settings: { DATA_DIR: dataDir },
			open: () => openDatabase({ dataDir }),
			remove: () => rm(dataDir, { recursive: true, force: true })
		};
	}

	/**
	 * Creates an empty, migrated database on a server.
	 * @param server - URL of an existing database on that server, used only to run CREATE DATABASE
	 */
	public async onServer(server: string, name: string): Promise<BotDatabase> {
		const url = new URL(server);
		url.pathname = `/${name}`;
		const dataDir = join(await this.ensureDirectory(), 'unused');
		const drop = () => execute(server, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
		const open = () => openDatabase({ url: url.href, dataDir });
		await drop();
		await execute(server, `CREATE DATABASE "${name}"`);
		await (await open()).close();
		return { settings: { DATABASE_URL: url.href, DATA_DIR: dataDir }, open, remove: drop };
	}

	/** Removes the temporary location. */
	public async close(): Promise<void> {
		await this.migratedTemplate?.catch(() => {});
		const directory = await this.directory;
		if (directory) await rm(directory, { recursive: true, force: true });
	}

	private ensureDirectory(): Promise<string> {
		this.directory ??= mkdtemp(join(tmpdir(), 'reeve-sandbox-'));
		return this.directory;
	}

	/** SANDBOX_DATABASE_TEMPLATE names a migrated directory, so that many sandboxes can share one. */
	private ensureTemplate(): Promise<string> {
		this.migratedTemplate ??= (async () => {
			const { SANDBOX_DATABASE_TEMPLATE: made } = process.env;
			if (made) return made;
			const dataDir = join(await this.ensureDirectory(), 'template');
			await (await openDatabase({ dataDir })).close();
			return dataDir;
		})();
		return this.migratedTemplate;
	}
}

async function execute(server: string, statement: string): Promise<void> {
	const connection = await new PrismaPg({ connectionString: server }).connect();
	try {
		await connection.executeScript(statement);
	} finally {
		await connection.dispose();
	}
}
