import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../config/env.js';
import { exportJson, forgotLines, storedLines } from '../messages/replies/forget.js';
import { SNOWFLAKE } from '../reconciliation/domain/discord-id.js';
import { COMMAND_LINE } from '../reconciliation/domain/run.js';
import { createPrivacyService, isNothing, type PrivacyService } from '../reconciliation/privacy/forget.js';
import { ownBackups } from '../store/connection/automatic-backup.js';
import type { Database } from '../store/connection/database.js';
import { createLedger } from '../store/ledger.js';
import { openForReading, openForWriting } from './open-database.js';
import { loadSettings, print, readArguments, runProgram, UsageError } from './program.js';

/**
 * `npm run forget -- ID [--export file] [--yes]`: shows or exports what is stored about a person, and deletes it with `--yes`.
 * Without `--yes` it changes nothing, and may run beside Reeve.
 */

const USAGE = 'Usage: npm run forget -- ID [--export file] [--yes]';

async function main(): Promise<number> {
	const { values, positionals } = readArguments({ export: { type: 'string' }, yes: { type: 'boolean', default: false } }, USAGE, 1);
	const discordId = positionals[0]?.trim() ?? '';
	if (!SNOWFLAKE.test(discordId))
		throw new UsageError(
			`${discordId === '' ? 'The Discord ID of the person is missing' : `${discordId} is no Discord ID`}: 17 to 20 digits. ${USAGE}`
		);
	const { settings } = loadSettings();
	const { database, close } = values.yes ? await openForWriting(settings, '/reconcile forget') : await openForReading(settings);
	try {
		return await forget(privacyOf(settings, database), discordId, values);
	} finally {
		await close();
	}
}

async function forget(
	privacy: PrivacyService,
	discordId: string,
	{ export: file, yes }: { readonly export?: string | undefined; readonly yes: boolean }
): Promise<number> {
	const preview = await privacy.preview(discordId);
	if (isNothing(preview.counts)) {
		print(`Reeve has stored nothing about ${discordId}.`);
		return 0;
	}
	print(`Reeve has stored about ${discordId}:`);
	for (const line of storedLines(preview.counts)) print(`  ${line}`);
	if (file !== undefined) {
		await writeExport(file, exportJson(preview, new Date()));
		print(`Exported to ${resolve(file)}. Keep it where only you and they can read it.`);
	}
	if (!yes) {
		print(`Nothing was deleted. To delete it for good: npm run forget -- ${discordId} --yes`);
		return 0;
	}
	const result = await privacy.forget({ discordId, confirmed: preview.hash, actor: COMMAND_LINE });
	if (result.kind === 'changed') throw new UsageError('Something was stored about them meanwhile. Nothing was deleted; run it again.');
	for (const line of forgotLines(result, discordId)) print(line);
	return result.kind === 'refused' ? 1 : 0;
}

/** @throws {UsageError} if it exists or cannot be written */
async function writeExport(file: string, text: string): Promise<void> {
	try {
		await writeFile(file, text, { flag: 'wx', mode: 0o600 });
	} catch (error) {
		const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
		throw new UsageError(exists ? `${file} exists already. Name another file.` : `${file} cannot be written: ${(error as Error).message}`);
	}
}

function privacyOf(settings: Settings, database: Database): PrivacyService {
	return createPrivacyService({
		store: createLedger(database, settings.DISCORD_GUILD_ID),
		backups: ownBackups(settings.DATA_DIR),
		now: () => new Date(),
		track: (work) => work()
	});
}

runProgram('Forgetting', main);
