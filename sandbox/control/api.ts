import { Hono } from 'hono';
import type { z } from 'zod';
import type { SandboxEnvironment } from '../environment/environment.js';
import { ControlError } from '../services/core/control-error.js';
import { countRequests } from '../services/core/request-count.js';
import * as bodies from './bodies.js';
import { addEvents } from './events.js';
import { indexPage } from './index-page.js';
import { addPage } from './page.js';
import { answer, json, read } from './read.js';
import { readReset } from './reset.js';
import { addStripe } from './stripe.js';
import { findSubscriptions } from './subscriptions.js';

/** The control API: everything a user can do in the sandbox, for scripts. */

const isLocal = (host: string) => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);

export function controlApi(environment: SandboxEnvironment): Hono {
	const app = new Hono();
	const { discord, stripe, mail, faults, log, bot } = environment;

	// A reset starts a process with settings of the caller's choice. Reject requests that a foreign site makes through a browser.
	app.use(async (c, next) => {
		const origin = c.req.header('origin');
		const isForeign =
			(origin !== undefined && !isLocal(origin.replace(/^https?:\/\//, ''))) || !isLocal(c.req.header('host') ?? 'localhost');
		if (isForeign) throw new ControlError(403, 'the sandbox accepts requests from this machine only');
		await next();
	});

	addPage(app);
	addEvents(app, environment);
	app.get('/api', (c) => c.html(indexPage(environment.state().ports)));
	app.get('/api/commands', (c) => c.json([...discord.commands(), ...discord.userMenuCommands()]));
	app.get('/api/state', (c) => c.json(environment.state()));
	app.get('/api/log', (c) => c.json(newest(bot.log.list(), read(bodies.limitQuery, c.req.query()).limit)));
	app.get('/api/requests', (c) => {
		const { limit, ...filter } = read(bodies.requestsQuery, c.req.query());
		return c.json(newest(log.find(filter), limit));
	});
	app.get('/api/requests/count', (c) => c.json(countRequests(log.list())));
	app.get('/api/usage', async (c) => c.json(await environment.usage()));
	app.get('/api/inbox', (c) => c.json(mail.inbox()));
	app.get('/api/expected', (c) => {
		if (!environment.scenario) throw new ControlError(404, 'this world is not a scenario: it has no expected issues');
		const { choice, expected, notices } = environment.scenario;
		return c.json({ ...choice, issues: expected, notices });
	});

	app.post('/api/command', async (c) => c.json(discord.command(read(bodies.commandBody, await json(c)))));
	app.post('/api/click', async (c) => c.json(discord.click(read(bodies.clickBody, await json(c)))));
	app.post('/api/modal', async (c) => c.json(discord.modal(read(bodies.modalBody, await json(c)))));
	app.post('/api/autocomplete', async (c) => c.json(discord.autocomplete(read(bodies.autocompleteBody, await json(c)))));
	app.get('/api/interactions', (c) => {
		const { ids } = read(bodies.interactionsQuery, c.req.query());
		return c.json(ids.flatMap((id) => discord.interaction(id) ?? []));
	});
	app.get('/api/interactions/:id', (c) => {
		const interaction = discord.interaction(c.req.param('id'));
		if (!interaction) throw new ControlError(404, `there is no interaction ${c.req.param('id')}`);
		return c.json(interaction);
	});
	app.get('/api/messages', (c) => {
		const { channel, limit } = read(bodies.messagesQuery, c.req.query());
		return c.json(newest(discord.messages(channel), limit));
	});
	app.get('/api/dms', (c) => c.json(discord.dms()));
	app.get('/api/guild', (c) => c.json(discord.guild()));
	app.post('/api/guild', async (c) => {
		changeGuild(environment, read(bodies.guildBody, await json(c)));
		return c.json({ done: true });
	});
	app.post('/api/roles', async (c) => {
		discord.changeRoles(read(bodies.rolesBody, await json(c)));
		return c.json({ done: true });
	});

	app.post('/api/discord/settings', async (c) => {
		const { limits } = read(bodies.discordSettingsBody, await json(c));
		discord.setLimits(limits);
		return c.json({ done: true });
	});
	addStripe(app, stripe);

	app.get('/api/subscriptions', async (c) => {
		const { text, limit } = read(bodies.subscriptionsQuery, c.req.query());
		return c.json(await findSubscriptions(environment, text, limit));
	});

	app.get('/api/faults', (c) => c.json(faults.list()));
	app.post('/api/faults', async (c) => c.json(faults.add(read(bodies.faultBody, await json(c))), 201));
	app.delete('/api/faults', (c) => {
		faults.clear();
		return c.json({ done: true });
	});
	app.delete('/api/faults/:id', (c) => {
		if (!faults.remove(c.req.param('id'))) throw new ControlError(404, `there is no fault ${c.req.param('id')}`);
		return c.json({ done: true });
	});

	app.get('/api/runs', async (c) => c.json(await environment.rows({ kind: 'runs', ...read(bodies.runsQuery, c.req.query()) })));
	app.get('/api/issues', async (c) => c.json(await environment.rows({ kind: 'issues', ...read(bodies.issuesQuery, c.req.query()) })));
	app.get('/api/deliveries', async (c) => c.json(await environment.rows({ kind: 'deliveries' })));
	app.get('/api/verifications', async (c) => c.json(await environment.rows({ kind: 'verifications' })));
	app.get('/api/audit', async (c) => c.json(await environment.rows({ kind: 'audit', ...read(bodies.limitQuery, c.req.query()) })));
	app.post('/api/reset', async (c) => {
		const loaded = readReset(await json(c));
		const { ms } = await environment.reset(loaded);
		const { scenario } = loaded;
		return c.json({ ready: true, ms, ...(scenario ? { scenario: scenario.choice.scenario, expected: scenario.expected.length } : {}) });
	});
	app.post('/api/restart', async (c) => {
		const { signal, env } = read(bodies.restartBody, await json(c));
		return c.json({ ready: true, ...(await environment.restart(signal, { env })) });
	});

	app.notFound((c) => c.json({ error: `there is no ${c.req.method} ${c.req.path}; see GET /api` }, 404));
	app.onError((error) => {
		if (error instanceof ControlError) return answer({ error: error.message }, error.status);
		console.error(error);
		return answer({ error: error.message }, 500);
	});
	return app;
}

function changeGuild({ discord }: SandboxEnvironment, change: z.output<typeof bodies.guildBody>): void {
	switch (change.action) {
		case 'kick':
			discord.kick(change.user, change.by);
			break;
		case 'ban':
			discord.ban(change.user, change.by);
			break;
		case 'leave':
			discord.leave(change.user);
			break;
		case 'join':
			discord.join(change.member);
			break;
		case 'createRole':
			discord.createRole({ name: change.name, ...(change.position === undefined ? {} : { position: change.position }) });
			break;
		case 'deleteRole':
			discord.deleteRole(change.role, change.by);
			break;
		case 'createChannel':
			discord.createChannel(change.name);
			break;
		case 'deleteChannel':
			discord.deleteChannel(change.channel, change.by);
			break;
		case 'renameRole':
			discord.renameRole(change.role, change.to);
			break;
		case 'moveRole':
			discord.moveRole(change.role, change.position);
			break;
		case 'botPermission':
			discord.setBotPermission(change.permission, change.on, change.channel, change.by);
			break;
		case 'memberIntent':
			discord.setMemberIntent(change.on);
			break;
		case 'memberRequests':
			discord.setLimits({ memberRequestSeconds: change.seconds });
			break;
		case 'memberCount':
			discord.setMemberCountOffset(change.offset);
			break;
		case 'invite':
			discord.setInvited(change.on);
			break;
		case 'bindRole':
			discord.bindRole(change.role, change.to);
			break;
		case 'twoFactor':
			discord.setTwoFactor({ required: change.required, ownerHas: change.ownerHas });
	}
}

function newest<T>(all: readonly T[], limit = all.length): readonly T[] {
	return all.slice(Math.max(0, all.length - limit));
}
