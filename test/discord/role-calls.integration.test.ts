import { afterEach, describe, expect, test } from 'vitest';
import { createGuild } from '../../src/discord/guild.js';
import { roleCallOptions } from '../../src/discord/role-calls.js';
import { type ChangeGuard, type Guild, RoleChangeError } from '../../src/reconciliation/domain/ports.js';
import { DiscordFixture } from '../sandbox/discord/fixtures.js';

/** Role calls with the real discord.js: when a guard is called, and what is on the wire then. */

const PEOPLE = Array.from({ length: 4 }, (_, index) => ({ id: `30000000000000000${index}`, username: `p${index}`, roles: ['Knight'] }));
const [ADA, BOB] = PEOPLE.map(({ id }) => id) as [string, string];
const ONE_PER_SECOND = { limit: 1, seconds: 1 };

let stage: DiscordFixture;
afterEach(() => stage.close());

/** Milliseconds that calls waited; the clock advances with them. */
let slept: number[];

/** @param sleeps - whether waiting takes real time */
async function guildOf(memberRoles = { limit: 1_000, seconds: 1 }, { sleeps = false } = {}): Promise<Guild> {
	stage = await DiscordFixture.open(PEOPLE, { memberRoles });
	slept = [];
	const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, sleeps ? ms : 0));
	const timing = {
		now: () => performance.now() + (sleeps ? 0 : slept.reduce((sum, ms) => sum + ms, 0)),
		sleep: (ms: number) => {
			slept.push(ms);
			return wait(ms);
		},
		random: () => 1
	};
	return createGuild({
		client: await stage.bot(),
		guildId: stage.discord.ids.guildId,
		wanted: [{ name: 'Knight', wanted: 'Knight', setting: 'DISCORD_KNIGHT_ROLE' }],
		memory: { loadManagedRoles: async () => new Map(), saveManagedRoles: async () => {} },
		roleCalls: roleCallOptions((text) => text, { ...timing, retries: 2, deadlineMs: 10_000 })
	});
}

const roleCalls = () => stage.log.list().filter(({ method, path }) => method !== 'GET' && path.includes('/roles/'));
const statuses = () => roleCalls().map(({ status }) => status);

/** A guard that sends, and the number of requests that had been sent at each of its calls. */
function countingGuard() {
	const sentBefore: number[] = [];
	const guard: ChangeGuard = async (send) => {
		sentBefore.push(roleCalls().length);
		await send();
		return true;
	};
	return { guard, sentBefore };
}

describe('a role call', () => {
	test('asks its guard once, sends at once, and reports what the guard says', async () => {
		const guild = await guildOf();
		const { guard, sentBefore } = countingGuard();
		expect(await guild.removeRole(ADA, 'Knight', 'r', guard)).toBe(true);
		expect(await guild.removeRole(BOB, 'Knight', 'r', async () => false)).toBe(false);
		expect(sentBefore).toEqual([0]);
		expect(statuses()).toEqual([204]);
	});

	test('passes on an error of its guard, and lets the next call have its turn', async () => {
		const guild = await guildOf();
		const failing = guild.removeRole(ADA, 'Knight', 'r', async () => {
			throw new Error('the database is down');
		});
		const next = guild.removeRole(BOB, 'Knight', 'r', countingGuard().guard);
		await expect(failing).rejects.toThrow('the database is down');
		expect(await next).toBe(true);
	});

	test('waits for the rate limit that Discord announced before it asks its guard', async () => {
		const guild = await guildOf(ONE_PER_SECOND, { sleeps: true });
		const guards = PEOPLE.map(() => countingGuard());
		await Promise.all(PEOPLE.map(({ id }, index) => guild.removeRole(id, 'Knight', 'r', guards[index]?.guard as ChangeGuard)));
		expect(guards.map(({ sentBefore }) => sentBefore)).toEqual([[0], [1], [2], [3]]);
		expect(statuses()).toEqual([204, 204, 204, 204]);
		expect(slept.filter((ms) => ms > 0)).toHaveLength(3);
	});

	test('asks its guard again after a limit that it could not know', async () => {
		const guild = await guildOf(ONE_PER_SECOND, { sleeps: true });
		const roleId = stage.discord.guild().roles.find(({ name }) => name === 'Knight')?.id;
		// Another client of the bot uses up the limit.
		await stage.rest('DELETE', `/guilds/${stage.discord.ids.guildId}/members/${ADA}/roles/${roleId}`);
		const { guard, sentBefore } = countingGuard();
		expect(await guild.removeRole(BOB, 'Knight', 'r', guard)).toBe(true);
		expect(sentBefore).toEqual([1, 2]);
		expect(statuses()).toEqual([204, 429, 204]);
	});

	test('is not sent again after a limit if its guard says no by then', async () => {
		const guild = await guildOf();
		stage.faults.add({ target: 'discord', kind: '429', match: 'DELETE */roles/*', times: 1, retryAfter: 7 });
		let asked = 0;
		const once: ChangeGuard = async (send) => {
			asked += 1;
			if (asked > 1) return false;
			await send();
			return true;
		};
		expect(await guild.removeRole(ADA, 'Knight', 'r', once)).toBe(false);
		expect([asked, statuses()]).toEqual([2, [429]]);
		expect(Math.max(...slept)).toBeGreaterThan(6_900);
	});

	test('backs off after a 429 that does not say for how long', async () => {
		const guild = await guildOf();
		stage.faults.add({ target: 'discord', kind: 'status', status: 429, match: 'DELETE */roles/*', times: 2, body: { message: 'no' } });
		const { guard, sentBefore } = countingGuard();
		expect(await guild.removeRole(ADA, 'Knight', 'r', guard)).toBe(true);
		expect(sentBefore).toEqual([0, 1, 2]);
		expect(slept.filter((ms) => ms > 500).length).toBeGreaterThanOrEqual(2);
	});

	test('asks its guard again after a 5xx or a lost connection, with backoff', async () => {
		const guild = await guildOf();
		stage.faults.add({ target: 'discord', kind: '500', match: 'DELETE */roles/*', times: 1 });
		stage.faults.add({ target: 'discord', kind: 'drop-after', match: 'DELETE */roles/*', times: 1, after: 1 });
		const { guard, sentBefore } = countingGuard();
		expect(await guild.removeRole(ADA, 'Knight', 'r', guard)).toBe(true);
		expect(sentBefore).toEqual([0, 1, 2]);
		expect(slept).toEqual([300, 600]);
	});

	test.each([
		['Discord keeps failing', { kind: '500' }, 3, 'HTTP 500'],
		['Discord asks to wait for minutes', { kind: '429', retryAfter: 300 }, 1, 'keeps rate-limiting'],
		['the limit is never free', { kind: '429', retryAfter: 1 }, 10, 'keeps rate-limiting'],
		['Discord refuses it', { kind: 'missing-permission' }, 1, 'Manage Roles|below Knight']
	])('fails with a reason when %s', async (_, fault, requests, reason) => {
		const guild = await guildOf();
		stage.faults.add({ target: 'discord', match: 'DELETE */roles/*', ...fault });
		const failure = await guild.removeRole(ADA, 'Knight', 'r', countingGuard().guard).catch((error: unknown) => error as Error);
		expect(failure).toBeInstanceOf(RoleChangeError);
		expect((failure as Error).message).toMatch(new RegExp(reason));
		expect(roleCalls()).toHaveLength(requests);
	});
});
