import { container, InteractionHandler, LogLevel, PluginHook, SapphireClient } from '@sapphire/framework';
import { GatewayIntentBits } from 'discord.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ReeveOptions } from '../../src/index.js';
import { registerPieces } from '../../src/pieces.js';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { startReconciliationScheduler } from '../../src/reconciliation/index.js';
import '../../src/register.js';

/** Mounts Reeve in real clients, which never log in. */

const OPTIONS: ReeveOptions = {
	guilds: [{ id: '200000000000000001', adminChannelId: '200000000000000002' }],
	stripe: { key: 'rk_test_0123456789' },
	storage: { dataDir: '/dev/null/reeve' }
};

const INTENTS = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers];

function mount(reeve: ReeveOptions | undefined, intents = INTENTS) {
	const lines: string[] = [];
	const log =
		(level: string) =>
		(...values: readonly unknown[]) =>
			void lines.push(`${level} ${values.map(String).join(' ')}`);
	const instance = {
		has: () => false,
		write: () => {},
		trace: log('trace'),
		debug: log('debug'),
		info: log('info'),
		warn: log('warn'),
		error: log('error'),
		fatal: log('fatal')
	};
	const logger = { instance, level: LogLevel.Trace };
	const client = new SapphireClient({ intents, logger, baseUserDirectory: null, ...(reeve && { reeve }) } as never);
	return { client, lines };
}

/** What `login` does before it connects. */
async function prepareLogin(client: SapphireClient): Promise<void> {
	for (const { hook } of SapphireClient.plugins.values(PluginHook.PreLogin)) await hook.call(client, client.options);
	await Promise.all([...client.stores.values()].map((store) => store.loadAll()));
}

/** The names of Reeve's loaded pieces. */
const loadedPieces = () => [...container.stores.values()].flatMap((store) => [...store.keys()].filter((name) => name.startsWith('reeve.')));

const before = Object.keys(container);
afterEach(() => {
	for (const key of Object.keys(container)) if (!before.includes(key)) Reflect.deleteProperty(container, key);
});

describe('the plugin', () => {
	it('adds one key to the container, no signal handler, no store and no default for commands', () => {
		const { client: without } = mount(undefined);
		const keys = Object.keys(container);
		const stores = [...without.stores.keys()];
		const signals = ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal));
		expect(keys).toContain('reeve');
		const { client } = mount(OPTIONS);
		expect(Object.keys(container)).toEqual(keys);
		expect([...client.stores.keys()]).toEqual(stores);
		expect(['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal))).toEqual(signals);
	});

	it('warns and loads nothing without options', async () => {
		const { client, lines } = mount(undefined);
		await prepareLogin(client);
		expect(lines).toEqual(['warn Reeve is not loaded: the client has no option "reeve".']);
		expect(loadedPieces()).toEqual([]);
		await expect(container.reeve.ready).rejects.toThrow('the client has no option "reeve"');
	});

	it('is disabled by wrong options in one message, and the bot goes on', async () => {
		const { client, lines } = mount({ ...OPTIONS, graceHours: -1, schedule: 'cron' } as never);
		await prepareLogin(client);
		expect(lines).toEqual([
			expect.stringMatching(
				/^error Reeve is disabled, and the bot goes on without it: 2 settings need fixing, .*\n {2}• graceHours is -1: .*\n {2}• schedule is "cron": /
			)
		]);
		expect(loadedPieces()).toEqual([]);
		await expect(container.reeve.run()).rejects.toThrow('settings need fixing');
		await container.reeve.stop();
	});

	it('is disabled by a missing intent, and names it', async () => {
		const { client, lines } = mount(OPTIONS, [GatewayIntentBits.Guilds]);
		await prepareLogin(client);
		expect(lines).toEqual([
			expect.stringMatching(/^error Reeve is disabled, .* Add GatewayIntentBits\.GuildMembers to the client's intents/)
		]);
		expect(loadedPieces()).toEqual([]);
	});

	it('is disabled by a database that cannot be opened, and calls onDisabled in place of the log', async () => {
		const onDisabled = vi.fn();
		const { client, lines } = mount({ ...OPTIONS, onDisabled });
		await prepareLogin(client);
		expect(lines).toEqual([]);
		expect(onDisabled).toHaveBeenCalledOnce();
		expect(String(onDisabled.mock.calls[0]?.[0])).toContain('/dev/null/reeve');
		expect(loadedPieces()).toEqual([]);
		await expect(container.reeve.status()).rejects.toThrow('/dev/null/reeve');
	});

	it('says what to do if it was registered after the client was created', async () => {
		const { client, lines } = mount(OPTIONS);
		const late = Object.assign(Object.create(SapphireClient.prototype), { options: client.options });
		for (const point of [PluginHook.PreLogin, PluginHook.PostLogin] as const)
			for (const { hook } of SapphireClient.plugins.values(point)) await hook.call(late, client.options);
		expect(lines).toEqual(["warn Reeve is not loaded: import 'reeve/register' before the client is created."]);
	});

	it('says why it is disabled if onDisabled fails', async () => {
		const onDisabled = () => {
			throw new Error('broken');
		};
		const { client, lines } = mount({ ...OPTIONS, graceHours: -1, onDisabled });
		await prepareLogin(client);
		expect(lines).toEqual([
			expect.stringMatching(/^error Reeve is disabled, [\s\S]*graceHours is -1[\s\S]* The function onDisabled failed: Error: broken$/)
		]);
	});

	it("is disabled if the bot's members cannot be read, or not in time", async () => {
		const rows = async () => ({ members: [], teams: [] });
		const people = { name: "the bot's database", readAll: rows, readOf: rows };
		const wrong = mount({
			...OPTIONS,
			people: { ...people, check: () => Promise.reject(new SourceError('database', 'The model "x" is missing.')) }
		});
		await prepareLogin(wrong.client);
		expect(wrong.lines).toEqual(['error Reeve is disabled, and the bot goes on without it: The model "x" is missing.']);

		vi.useFakeTimers();
		try {
			const silent = mount({ ...OPTIONS, people: { ...people, check: () => new Promise<void>(() => {}) } });
			const prepared = prepareLogin(silent.client);
			await vi.advanceTimersByTimeAsync(30_000);
			await prepared;
			expect(silent.lines).toEqual([
				expect.stringMatching(/^error Reeve is disabled, .*: the bot's database did not answer within 30 seconds/)
			]);
		} finally {
			vi.useRealTimers();
		}
	});

	it('lets a piece of the bot replace one of the same name', async () => {
		const { client } = mount(OPTIONS);
		class OwnButton extends InteractionHandler {
			public override run() {}
		}
		void client.stores.loadPiece({ store: 'interaction-handlers', name: 'reeve.fix-button', piece: OwnButton as never });
		await prepareLogin(client);
		expect(client.stores.get('interaction-handlers').get('reeve.fix-button')).toBeInstanceOf(OwnButton);
	});

	it.each([
		[{ command: true, contextMenu: true, errorListeners: true }, true, true],
		[{ command: false, contextMenu: false, errorListeners: false }, false, false]
	])('loads the command and the error listeners with %j', async (selection, command, errorListeners) => {
		const { client } = mount(undefined);
		container.reeve = { commandName: 'reconcile', contextMenuName: 'Why these roles?' } as never;
		await registerPieces({ ...selection, isEnabled: () => true });
		await prepareLogin(client);
		const loaded = loadedPieces();
		expect(loaded).toEqual(expect.arrayContaining(['reeve.fix-button', 'reeve.unknown-component', 'reeve.operator-only']));
		expect(loaded.includes('reeve.reconcile')).toBe(command);
		expect(loaded.includes('reeve.why-these-roles')).toBe(selection.contextMenu);
		expect(loaded.includes('reeve.context-menu-command-denied')).toBe(errorListeners);
		expect(loaded.includes('reeve.chat-input-command-denied')).toBe(errorListeners);
		expect(loaded.includes('reeve.interaction-handler-error')).toBe(errorListeners);
	});

	it('starts no schedule before it is mounted, and does not wait before the login', async () => {
		mount(OPTIONS);
		const stop = await startReconciliationScheduler();
		expect(await startReconciliationScheduler()).toBeTypeOf('function');
		await stop();
	});
});
