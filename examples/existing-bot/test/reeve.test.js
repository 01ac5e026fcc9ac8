require('reeve/register');
const assert = require('node:assert/strict');
const { mkdtemp } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');
const { container, SapphireClient } = require('@sapphire/framework');
const { startSandbox } = require('reeve/testing');

test('a knight who pays and has no role is reported, and gets it', async (t) => {
	const sandbox = await startSandbox({
		world: {
			guild: { members: [{ id: '300000000000000001', username: 'ada' }] },
			stripe: {
				customers: [{ id: 'cus_1', metadata: { discord_id: '300000000000000001' } }],
				subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_knight' }]
			}
		}
	});
	const client = new SapphireClient({
		intents: ['Guilds', 'GuildMembers'],
		rest: { api: sandbox.discordApiUrl },
		baseUserDirectory: null,
		reeve: {
			guilds: [
				{
					id: sandbox.ids.guildId,
					adminChannelId: sandbox.ids.adminChannelId,
					tiers: [{ name: 'Knight', prices: ['price_knight'] }]
				}
			],
			stripe: { key: sandbox.stripeKey, apiUrl: sandbox.stripeApiUrl },
			storage: { dataDir: await mkdtemp(join(tmpdir(), 'reeve-')) }
		}
	});
	t.after(async () => {
		await container.reeve.stop();
		await client.destroy();
		await sandbox.stop();
	});
	await client.login(sandbox.token);

	const { issues } = await container.reeve.run();
	assert.deepEqual(
		issues.map(({ type, plan }) => ({ type, plan })),
		[{ type: 'MISSING_ACCESS', plan: { add: ['Knight'], remove: [] } }]
	);
	await container.reeve.fix(issues[0].id);
	const ada = sandbox.guild().members.find(({ username }) => username === 'ada');
	assert.deepEqual(ada.roles, ['Knight']);
});
