import { setTimeout as sleep } from 'node:timers/promises';
import { REST, Routes } from 'discord.js';
import { TOKEN } from '../../sandbox/environment/environment.js';
import type { RoleChange } from '../lib/role-change.js';

/** Common ways to correct roles, with discord.js as it comes. Each resolves to the milliseconds it took. */

const BATCH_SIZE = 5;
const SLEEP_MS = 2_000;

/** Replaces each member's role list, one after the other. Fast, but overwrites concurrent changes by others. */
export async function patchRoleLists(url: string, guildId: string, changes: readonly RoleChange[]): Promise<number> {
	const rest = restOf(url);
	return timed(async () => {
		for (const { userId, holds, add, remove } of changes) {
			const roles = [...holds.filter((role) => !remove.includes(role)), ...add];
			await rest.patch(Routes.guildMember(guildId, userId), { body: { roles } });
		}
	});
}

/** Five members role by role, then a fixed sleep of two seconds, ignoring Discord's rate-limit headers. */
export async function fiveThenSleep(url: string, guildId: string, changes: readonly RoleChange[]): Promise<number> {
	const rest = restOf(url);
	return timed(async () => {
		for (const [index, { userId, add, remove }] of changes.entries()) {
			if (index > 0 && index % BATCH_SIZE === 0) await sleep(SLEEP_MS);
			for (const role of add) await rest.put(Routes.guildMemberRole(guildId, userId, role));
			for (const role of remove) await rest.delete(Routes.guildMemberRole(guildId, userId, role));
		}
	});
}

function restOf(url: string): REST {
	return new REST({ api: `${url}/api` }).setToken(TOKEN);
}

async function timed(work: () => Promise<void>): Promise<number> {
	const startedAt = performance.now();
	await work();
	return performance.now() - startedAt;
}
