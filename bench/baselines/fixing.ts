import { setTimeout as sleep } from 'node:timers/promises';
import { REST, Routes } from 'discord.js';
import { TOKEN } from '../../sandbox/environment/environment.js';
import type { Change } from '../lib/change.js';

/** Roles mended after how others do it, with the library as it comes. Each answers how long it took, in milliseconds. */

const FIXES_AT_A_TIME = 5;
const SLEEP_MS = 2_000;

/** The whole role list is written, one member after the other: quick, and what somebody else has changed meanwhile is undone. */
export async function patchRoleLists(url: string, guildId: string, changes: readonly Change[]): Promise<number> {
	const rest = restOf(url);
	return timed(async () => {
		for (const { userId, holds, add, remove } of changes) {
			const roles = [...holds.filter((role) => !remove.includes(role)), ...add];
			await rest.patch(Routes.guildMember(guildId, userId), { body: { roles } });
		}
	});
}

/** Five fixes, role by role, then two seconds of sleep, whatever Discord says. */
export async function fiveThenSleep(url: string, guildId: string, changes: readonly Change[]): Promise<number> {
	const rest = restOf(url);
	return timed(async () => {
		for (const [index, { userId, add, remove }] of changes.entries()) {
			if (index > 0 && index % FIXES_AT_A_TIME === 0) await sleep(SLEEP_MS);
			for (const role of add) await rest.put(Routes.guildMemberRole(guildId, userId, role));
			for (const role of remove) await rest.delete(Routes.guildMemberRole(guildId, userId, role));
		}
	});
}

function restOf(url: string): REST {
	return new REST({ api: `${url}/api` }).setToken(TOKEN);
}

async function timed(work: () => Promise<void>): Promise<number> {
	const began = performance.now();
	await work();
	return performance.now() - began;
}
