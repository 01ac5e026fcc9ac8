import {
	container,
	Plugin,
	postInitialization,
	postLogin,
	preGenericsInitialization,
	preLogin,
	type SapphireClient
} from '@sapphire/framework';
import type { ClientOptions } from 'discord.js';
import { SettingsError } from '../config/env.js';
import { NotRunningError, ShuttingDownError } from '../lifecycle.js';
import { registerPieces } from '../pieces.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { mountScheduler } from '../reconciliation/schedule/scheduler.js';
import { DatabaseError } from '../store/connection/errors.js';
import { StartError } from './errors.js';
import { MountedReeve } from './handle.js';
import { OptionsError, type ParsedOptions, parseOptions } from './options.js';
import { createRedactingLogger } from './redacting-logger.js';
import { redactorsFor } from './secrets.js';
import { type Mount, type OpenReeve, open, start } from './start.js';
import { createRewording } from './wording.js';
import './augmentations.js';

/** Errors whose message says why, for operators. Any other is a bug and logged with its stack. */
const READABLE = [OptionsError, SettingsError, StartError, DatabaseError, SourceError, NotRunningError];

/** What the hooks of one client share. */
interface Mounted {
	readonly handle: MountedReeve;
	/** For the log, which does not exist yet when the options are parsed. */
	readonly complaint: Error | null;
	readonly mount: Mount | null;
	opened: OpenReeve | null;
}

const mounted = new WeakMap<SapphireClient, Mounted>();

/** Parses the options and creates `container.reeve`. */
function parse(this: SapphireClient, clientOptions: ClientOptions): void {
	const { reeve } = clientOptions;
	let options: ParsedOptions | null = null;
	let complaint: Error | null = null;
	try {
		if (reeve !== undefined) options = parseOptions(reeve);
	} catch (error) {
		complaint = asError(error);
	}
	const same = (text: string) => text;
	const redact = options === null ? { all: same, distinctive: same } : redactorsFor(this, options.settings);
	const reword = options === null ? same : createRewording(options);
	const changeText = (text: string) => reword(redact.distinctive(text));
	const handle = new MountedReeve({
		commandName: options?.commandName || 'reconcile',
		contextMenuName: options?.contextMenuName || 'Why these roles?',
		logger: () => createRedactingLogger(container.logger, (text) => reword(redact.all(text))),
		changeText,
		botId: () => this.user?.id ?? ''
	});
	const disable = (reason: unknown) => disableReeve(handle, clientOptions, asError(reason));
	const mount = options === null ? null : { handle, options, client: this, disable, changeText };
	mounted.set(this, { handle, complaint, mount, opened: null });
	container.reeve = handle;
}

/** Registers the pieces; those of the bot under the same names replace them. */
function loadPieces(this: SapphireClient, clientOptions: ClientOptions): void {
	const { handle, complaint, mount } = mounted.get(this) as Mounted;
	if (complaint !== null) void disableReeve(handle, clientOptions, complaint);
	else if (mount === null) {
		container.logger.warn('Reeve is not loaded: the client has no option "reeve".');
		void handle.disable(new StartError('the client has no option "reeve".'));
	} else {
		const { commandName, contextMenuName, loadErrorListeners, warnings } = mount.options;
		for (const warning of warnings) container.logger.warn(warning);
		mountScheduler(() => handle.whenScheduled());
		const selection = {
			command: commandName !== false,
			contextMenu: commandName !== false && contextMenuName !== false,
			errorListeners: loadErrorListeners,
			isEnabled: () => handle.isOpen
		};
		registerPieces(selection).catch(mount.disable);
	}
}

/** Opens the database and migrates it. */
async function openDatabase(this: SapphireClient): Promise<void> {
	const state = mounted.get(this);
	if (state === undefined) {
		container.logger.warn("Reeve is not loaded: import 'reeve/register' before the client is created.");
		return;
	}
	// Opened already: the bot logs in again after a login that failed.
	if (state.mount === null || state.handle.isStopped || state.opened !== null) return;
	try {
		state.opened = await open(state.mount);
	} catch (error) {
		await state.mount.disable(error);
	}
}

/** Starts Reeve once the client is ready. Not awaited: the login of the bot must not wait for it. */
function startWhenReady(this: SapphireClient): void {
	const state = mounted.get(this);
	if (state === undefined) return;
	const { mount, opened } = state;
	if (mount !== null && opened !== null) start(mount, opened).catch(mount.disable);
}

/**
 * Mounts Reeve in a Sapphire client that has the option `reeve`. Nothing here throws, exits the process, or sets what holds for the whole
 * process: if Reeve cannot start it is disabled, with one sentence in the log, and the bot goes on.
 */
export class ReevePlugin extends Plugin {
	public static override readonly [preGenericsInitialization] = parse;
	public static override readonly [postInitialization] = loadPieces;
	public static override readonly [preLogin] = openDatabase;
	public static override readonly [postLogin] = startWhenReady;
}

/** Disables Reeve, unless it is already stopped or being stopped, and says why. */
async function disableReeve(handle: MountedReeve, { reeve }: ClientOptions, reason: Error): Promise<void> {
	if (handle.isStopped || reason instanceof ShuttingDownError) return;
	if (typeof reeve?.onDisabled === 'function') callOnDisabled(reeve.onDisabled, handle, reason);
	else if (READABLE.some((kind) => reason instanceof kind))
		handle.logger.error(`Reeve is disabled, and the bot goes on without it: ${reason.message}`);
	else handle.logger.error('Reeve is disabled after an unexpected error, and the bot goes on without it:', reason);
	await handle.disable(reason);
}

/** An error of the bot's own function must not become an unhandled rejection, which would end the process. */
function callOnDisabled(onDisabled: (reason: Error) => void, handle: MountedReeve, reason: Error): void {
	try {
		onDisabled(reason);
	} catch (error) {
		handle.logger.error(`Reeve is disabled, and the bot goes on without it: ${reason.message} The function onDisabled failed:`, error);
	}
}

function asError(reason: unknown): Error {
	return reason instanceof Error ? reason : new Error(String(reason));
}
