import { readFile, stat } from 'node:fs/promises';
import { Client } from 'discord.js';
import { managedRoleSettings } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import { clientOptions } from '../discord/client.js';
import { createGuild } from '../discord/guild.js';
import { waitForGateway } from '../discord/login.js';
import { roleCallOptions } from '../discord/role-calls.js';
import { importJson, importLines, undoImportReply } from '../messages/replies/imports.js';
import { COMMAND_LINE } from '../reconciliation/domain/run.js';
import { MAX_IMPORT_BYTES } from '../reconciliation/imports/file.js';
import { applyImport, checkFile, type ImportDeps, undoImport } from '../reconciliation/imports/import.js';
import { countOutcomes } from '../reconciliation/imports/result.js';
import type { Redactor } from '../redaction/redactor.js';
import { createLedger } from '../store/ledger.js';
import { createBilling } from '../stripe/billing.js';
import { billingOptions } from '../wiring/ports.js';
import { openForReading, openForWriting } from './open-database.js';
import { loadSettings, print, printError, readArguments, runProgram, UsageError } from './program.js';
import { completeSettings } from './stored-settings.js';

/**
 * `npm run import -- file.csv [--apply] [--json]`, `npm run import -- --undo BATCH`: links members to customers from a file. Without
 * `--apply` it changes nothing, and may run beside Reeve. Exits with 2 if a line conflicts, with 1 if it fails.
 */

const USAGE = 'Usage: npm run import -- file.csv [--apply] [--json], or npm run import -- --undo BATCH';

async function main(): Promise<number> {
	const { values, positionals } = readArguments(
		{ apply: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, undo: { type: 'string' } },
		USAGE,
		1
	);
	const [path] = positionals;
	if ((path === undefined) === (values.undo === undefined)) throw new UsageError(USAGE);
	const { settings, redact } = loadSettings();
	if (path === undefined) return undo(settings, values.undo ?? '');
	return run(settings, redact, await readBytes(path), values);
}

/** @throws {UsageError} if it cannot be read */
async function readBytes(path: string): Promise<Buffer> {
	try {
		if ((await stat(path)).size > MAX_IMPORT_BYTES)
			throw new UsageError(`${path} is larger than ${MAX_IMPORT_BYTES / 1024 / 1024} MB. Split it.`);
		return await readFile(path);
	} catch (error) {
		if (error instanceof UsageError) throw error;
		throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}. ${USAGE}`);
	}
}

async function run(
	given: Settings,
	redact: Redactor,
	bytes: Buffer,
	{ apply, json }: { readonly apply: boolean; readonly json: boolean }
): Promise<number> {
	const { database, close } = apply ? await openForWriting(given, '/reconcile import') : await openForReading(given);
	const client = new Client(clientOptions(given.DISCORD_API_URL, redact));
	try {
		const settings = await completeSettings(given, process.env, database);
		await waitForGateway(client, settings.DISCORD_TOKEN, printError);
		const guildId = settings.DISCORD_GUILD_ID;
		const ledger = createLedger(database, guildId);
		const memory = { loadManagedRoles: () => ledger.loadManagedRoles(), saveManagedRoles: async () => {} };
		const roleCalls = roleCallOptions((text) => text);
		const guild = createGuild({ client, guildId, wanted: managedRoleSettings(settings), memory, roleCalls, listingTimeoutMs: undefined });
		const deps: ImportDeps = { billing: createBilling(billingOptions(settings)), guild, ledger, now: () => new Date() };
		const check = await checkFile(deps, bytes, apply ? COMMAND_LINE : null);
		if (check.kind === 'refused') throw new UsageError(check.why);
		const { plan, batchId } = check;
		const counts = countOutcomes(plan.lines);
		let imported: string | null = null;
		if (batchId !== null) {
			const result = await applyImport(deps, { batchId, confirmed: plan.hash, actor: COMMAND_LINE });
			if (result.kind === 'refused') throw new UsageError(result.why);
			if (result.kind !== 'imported')
				throw new UsageError('Something changed while the file was imported. Nothing was imported; run it again.');
			imported = batchId;
		}
		if (json) print(importJson(plan, imported));
		else {
			for (const line of imported === null ? importLines(plan) : []) print(line);
			if (imported !== null)
				print(
					`${counts.link} imported. No role was changed: the next run finds who should have one.\nTo undo it: npm run import -- --undo ${imported}`
				);
		}
		return counts.conflict > 0 ? 2 : 0;
	} finally {
		await client.destroy();
		await close();
	}
}

async function undo(settings: Settings, batchId: string): Promise<number> {
	const { database, close } = await openForWriting(settings, '/reconcile import');
	try {
		const ledger = createLedger(database, settings.DISCORD_GUILD_ID);
		const result = await undoImport({ ledger, now: () => new Date() }, { batchId, actor: COMMAND_LINE });
		print(undoImportReply(result).replaceAll('**', ''));
		return result.kind === 'undone' ? 0 : 1;
	} finally {
		await close();
	}
}

runProgram('The import', main);
