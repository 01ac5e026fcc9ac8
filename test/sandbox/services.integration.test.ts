import { Client, type ClientOptions, GatewayIntentBits } from 'discord.js';
import { createTransport } from 'nodemailer';
import Stripe from 'stripe';
import { expect, it, onTestFinished } from 'vitest';
import { startServices } from '../../sandbox/services/services.js';

it('runs another bot against Discord, Stripe and the mail server', async () => {
	const services = await startServices({
		token: 'token',
		stripeKey: 'sk_test_1',
		guild: { members: [{ id: '1001', username: 'ada' }] },
		stripe: { customers: [{ id: 'cus_1' }], subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_1' }] }
	});
	const { port, hostname: host } = new URL(services.url);
	const stripe = new Stripe('sk_test_1', { host, port, protocol: 'http' });
	const options: Omit<ClientOptions, 'tasks'> = { intents: [GatewayIntentBits.Guilds], rest: { api: `${services.url}/api` } };
	// A Sapphire plugin adds `tasks` to the options of every client in this repository.
	const bot = new Client(options as ClientOptions);
	onTestFinished(async () => {
		await bot.destroy();
		await services.close();
	});
	bot.on('interactionCreate', async (interaction) => {
		if (!interaction.isChatInputCommand()) return;
		const { data } = await stripe.subscriptions.list();
		await interaction.reply(`${data.length} subscription: ${data[0]?.status}`);
	});
	bot.once('clientReady', ({ application }) => application.commands.set([{ name: 'status', description: 'Shows the subscriptions' }]));
	await bot.login('token');
	await services.discord.whenReady();

	const { interactionId } = services.discord.command({ user: 'ada', command: 'status' });
	await expect.poll(() => services.discord.interaction(interactionId)?.responses[0]?.content).toBe('1 subscription: active');

	const mailer = createTransport(services.smtpUrl);
	await mailer.sendMail({ from: 'bot@example.com', to: 'ada@example.com', subject: 'Hello', text: 'Hi' });
	mailer.close();
	expect(services.mail.inbox()).toMatchObject([{ subject: 'Hello', to: ['ada@example.com'] }]);
	expect(services.log.list().map(({ target }) => target)).toEqual(expect.arrayContaining(['discord', 'gateway', 'stripe', 'smtp']));
});
