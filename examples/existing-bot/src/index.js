require('reeve/register');
require('@sapphire/plugin-scheduled-tasks/register');
const { container, SapphireClient } = require('@sapphire/framework');
const { GatewayIntentBits } = require('discord.js');
const { database } = require('./database');
const { reeve, watchReeve } = require('./reeve');

container.database = database;
container.settings = { welcome: 'Be seated.' };

const client = new SapphireClient({
	intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers],
	rest: { api: process.env.DISCORD_API_URL ?? 'https://discord.com/api' },
	tasks: { bull: { connection: { host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) } } },
	loadDefaultErrorListeners: false,
	reeve
});
watchReeve();

process.once('SIGTERM', async () => {
	await container.reeve.stop();
	await client.destroy();
	await database.$disconnect();
	process.exit(0);
});

client.login(process.env.DISCORD_TOKEN);
