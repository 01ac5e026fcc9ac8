import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { OwnBackups } from '../../reconciliation/privacy/forget.js';
import { type BackupPlace, writeBackup } from './backup.js';
import { BackupError } from './backup-file.js';
import { query } from './backup-tables.js';
import type { DatabaseKind } from './driver-error.js';
import type { Migrations } from './migrations.js';
import { quoteIdentifier } from './qualify.js';

/** Backups that Reeve makes by itself, before what cannot be undone. */

/** Automatic backups kept. */
const KEPT = 5;

/** Of the tables and indexes: a larger database on a server is not backed up before an upgrade, because that would take minutes. */
const MAX_SERVER_BYTES = 1_000_000_000;

const ENDING = '.reeve.gz';

const AUTOMATIC_KINDS = ['before-upgrade', 'before-restore', 'move'] as const;

/** Where backups are put, unless a file is named. */
export function backupFolder(dataDir: string): string {
	return join(resolve(dataDir), 'backups');
}

/** Name of a backup that is made now: sorted by time. */
export function backupName(kind: 'reeve' | 'before-upgrade' | 'before-restore' | 'move', now: Date = new Date()): string {
	return `${kind}-${now.toISOString().replaceAll(':', '-').replace('.', '-')}${ENDING}`;
}

/**
 * Writes a backup to the folder of backups, and removes the oldest ones of its kind.
 * @returns its path
 * @throws {BackupError}
 */
export async function backUpAutomatically(
	place: BackupPlace,
	migrations: Migrations,
	dataDir: string,
	kind: 'before-upgrade' | 'before-restore'
): Promise<string> {
	const folder = backupFolder(dataDir);
	const path = join(folder, backupName(kind));
	await writeBackup(place, migrations, path);
	const names = (await readdir(folder)).filter((name) => name.startsWith(`${kind}-`) && name.endsWith(ENDING));
	for (const name of names.sort().slice(0, -KEPT)) await rm(join(folder, name), { force: true });
	return path;
}

/**
 * Backs up a database before migrations change it. On a server, one that is large or cannot be written here is left to its operator.
 * @throws {BackupError} if the embedded database cannot be backed up
 */
export async function backUpBeforeUpgrade(
	place: { readonly adapter: SqlDriverAdapter; readonly schema: string; readonly kind: DatabaseKind },
	migrations: Migrations,
	{ dataDir, onNotice = () => {} }: { readonly dataDir: string; readonly onNotice?: (notice: string) => void }
): Promise<void> {
	const { adapter, schema, kind } = place;
	if (kind === 'postgresql') {
		const [[size] = []] = await query(
			adapter,
			`SELECT COALESCE(sum(pg_total_relation_size(oid)), 0)::text FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace($1)::oid`,
			quoteIdentifier(schema)
		);
		if (Number(size) > MAX_SERVER_BYTES) {
			onNotice('The database is larger than 1 GB, so Reeve upgrades its tables without a backup of its own.');
			return;
		}
	}
	try {
		const path = await backUpAutomatically(place, migrations, dataDir, 'before-upgrade');
		onNotice(`Reeve upgrades its tables. A backup from before: ${path}`);
	} catch (error) {
		// Of a server, others make backups, and this machine may have no disk to write to.
		if (kind === 'embedded' || !(error instanceof BackupError)) throw error;
		onNotice(`Reeve upgrades its tables without a backup of its own: ${error.message}`);
	}
}

/** The backups in the folder: those that Reeve made by itself, and those of `npm run backup`. */
export function ownBackups(dataDir: string): OwnBackups {
	const folder = backupFolder(dataDir);
	const list = async () => {
		const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ENDING)).sort();
		const isAutomatic = (name: string) => AUTOMATIC_KINDS.some((kind) => name.startsWith(`${kind}-`));
		const paths = (chosen: readonly string[]) => chosen.map((name) => join(folder, name));
		return { automatic: paths(names.filter(isAutomatic)), byOperator: paths(names.filter((name) => !isAutomatic(name))) };
	};
	return {
		list,
		deleteAutomatic: async () => {
			const { automatic } = await list();
			for (const path of automatic) await rm(path, { force: true });
			return automatic.length;
		}
	};
}
