import { container, LogLevel, PluginHook, SapphireClient } from '@sapphire/framework';
import { GatewayIntentBits } from 'discord.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ReeveOptions } from '../../src/index.js';
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

	it('starts no schedule before it is mounted, and does not wait before the login', async () => {
		mount(OPTIONS);
		const stop = await startReconciliationScheduler();
		expect(await startReconciliationScheduler()).toBeTypeOf('function');
		await stop();
	});
});
