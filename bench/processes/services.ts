import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { usage } from '../../sandbox/bot/usage.js';
import { TOKEN } from '../../sandbox/environment/environment.js';
import { Faults } from '../../sandbox/services/core/faults.js';
import { countRequests } from '../../sandbox/services/core/request-count.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxDiscord } from '../../sandbox/services/discord/discord.js';
import { listen } from '../../sandbox/services/server.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { metropolis } from '../../sandbox/world/metropolis.js';
import { LIVE_KEY } from '../lib/rates.js';
import type { RequestCounts } from '../lib/request-counts.js';
import type { RoleChange } from '../lib/role-change.js';
import { stripeAccount } from '../lib/stripe-account.js';

/** The sandbox's Stripe and Discord in a process of their own, of any size, without a bot. */

/** The world to create: a number of subscriptions in Stripe, or of guild members, some with wrong roles. */
export interface Load {
	readonly subscriptions?: number;
	readonly members?: number;
	readonly latencyMs?: number;
	readonly ratePerSecond?: number;
}

/** The guild, and the role changes that correct its drift. */
export interface Loaded {
	readonly guildId: string;
	readonly changes: readonly RoleChange[];
}

const log = new RequestLog();
const faults = new Faults();
let url = '';
const stripe = new SandboxStripe({ log, faults, key: LIVE_KEY });
const discord = new SandboxDiscord({ log, faults, token: TOKEN, gatewayUrl: () => `${url.replace('http', 'ws')}/gateway` });

const control = new Hono();
control.post('/bench/load', async (context) => context.json(load(await context.req.json())));
control.get('/bench/requests', (context) => context.json(requestCounts()));

function requestCounts(): RequestCounts {
	return { counts: countRequests(log.list()), cpuMs: usage().cpuMs };
}

function load({ subscriptions = 0, members = 0, latencyMs = 0, ratePerSecond }: Load): Loaded {
	const now = new Date();
	const { world, expected } = metropolis(members, { now });
	stripe.load(stripeAccount(subscriptions, Math.floor(now.getTime() / 1000)));
	stripe.setLivemode(true);
	stripe.setLatency(latencyMs);
	stripe.setRate(ratePerSecond ?? null);
	discord.load(world.guild.members);
	log.clear();
	const { roles } = discord.guild();
	const idOf = (name: string) => roles.find((role) => role.name === name)?.id ?? '';
	const holds = new Map(world.guild.members.map((member) => [member.id, member.roles]));
	const changes = expected.map(({ discordId, add, remove }) => ({
		userId: discordId,
		holds: (holds.get(discordId) ?? []).map(idOf),
		add: add.map(idOf),
		remove: remove.map(idOf)
	}));
	return { guildId: discord.ids.guildId, changes };
}

const server = createServer(
	getRequestListener((request, bindings) => {
		const { pathname } = new URL(request.url);
		if (pathname.startsWith('/v1/')) return stripe.app.fetch(request, bindings);
		return pathname.startsWith('/api/v10/') ? discord.app.fetch(request, bindings) : control.fetch(request, bindings);
	})
);
url = `http://127.0.0.1:${await listen(server, 0)}`;
process.once('disconnect', () => process.exit(0));
process.send?.({ url });
