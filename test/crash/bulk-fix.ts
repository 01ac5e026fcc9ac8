import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../sandbox/control/reset.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, managedRolesOf, reconcile, runCommand } from '../end-to-end/operator.js';

const ISSUES = 50;
const EXPECTED_ROLES = 20;
/** Moments of the fixes that are under way at once, and of the start that comes before them. */
const MOMENTS = 120;
/** Moments of a start. */
const START = 20;
/** Four issues are fixed at once: by a step that has no divisor in common with it, each is cut off at another of its moments. */
const STEP = 3;
const person = (number: number) => String(300000000000000000n + BigInt(number));

/** A third pays for Lord and holds Knight, a third pays and holds nothing, a third does not pay and holds Knight; the others are right. */
const people = Array.from({ length: ISSUES + EXPECTED_ROLES }, (_, index) => {
	const kind = index >= ISSUES ? 'right' : (['wrong tier', 'no role', 'unpaid'] as const)[index % 3];
	return {
		id: person(index),
		username: `user${index}`,
		customer: `cus_${index}`,
		roles: kind === 'no role' ? [] : ['Knight'],
		status: kind === 'unpaid' ? 'canceled' : 'active',
		price: kind === 'wrong tier' ? 'price_lord' : 'price_knight',
		expected: kind === 'unpaid' ? [] : kind === 'wrong tier' ? ['Lord'] : ['Knight'],
		changes: kind === 'right' ? 0 : kind === 'wrong tier' ? 2 : 1
	};
});

/**
 * Each life lasts longer than the one before, so that every step of a start and of a fix is cut off, on one issue or another. With
 * CRASH=every that begins anew with every issue that is mended: it takes an hour or more.
 */
const EVERY = process.env.CRASH === 'every';
const TEST_TIMEOUT_MS = EVERY ? 4 * 3_600_000 : 900_000;
const LIFE_MS = 60_000;

/**
 * A bulk fix of fifty, and a bot that dies in it again and again, by SIGKILL, at every write to the database and every change of a
 * role, before it and after it. What is true at the end must be as if it had never died.
 * @param env - the settings that lead to the database
 * @param timePasses - lets the rights of the dead expire
 */
export function crashes(env: SettingsInput, timePasses: (sandbox: Sandbox) => Promise<void>): void {
	describe('a bulk fix of fifty in which Reeve is killed at every step', () => {
		test(
			'is carried to its end by those who come after: each fix once, and everything written down',
			async () => {
				const sandbox = await Sandbox.start({
					world: {
						guild: { members: people.map(({ id, username, roles }) => ({ id, username, roles })) },
						stripe: {
							customers: people.map(({ id, customer }) => ({ id: customer, metadata: { discord_id: id } })),
							subscriptions: people.map(({ customer, status, price }) => ({ id: `sub_${customer}`, customer, status, price }))
						}
					},
					env: { RECONCILIATION_MAX_REVOKE_PERCENT: '100', ...env }
				});
				try {
					expect('DATABASE_URL' in sandbox.settings).toBe(Boolean(env.DATABASE_URL));
					await reconcile(sandbox);
					const deaths = await fixDying(sandbox, timePasses);
					await judge(sandbox);
					console.log(`${env.DATABASE_URL ? 'PostgreSQL' : 'Embedded'}: killed ${deaths} times. Fixes done twice: 0. Records lost: 0.`);
				} finally {
					await sandbox.stop();
				}
			},
			TEST_TIMEOUT_MS
		);
	});
}

/** @returns how often it was killed */
async function fixDying(sandbox: Sandbox, timePasses: (sandbox: Sandbox) => Promise<void>): Promise<number> {
	const { answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
	sandbox.click('operator', answer.id, buttonOf(answer, /Fix all 50/));
	await sandbox.until(() => roleChanges(sandbox).length > 0);
	let left = ISSUES;
	for (let deaths = 1, moment = 1; ; deaths++, moment += EVERY || moment < START ? 1 : STEP) {
		await sandbox.kill();
		await timePasses(sandbox);
		await sandbox.runUntilCrash(moment);
		await sandbox.until(async () => !sandbox.alive || (await open(sandbox)) === 0, LIFE_MS);
		if (sandbox.alive) return deaths;
		const before = left;
		left = await open(sandbox);
		if (EVERY && left < before) moment = Math.max(0, moment - MOMENTS);
	}
}

/** How many issues are not mended yet. */
async function open(sandbox: Sandbox): Promise<number> {
	return (await sandbox.issues('OPEN')).length + (await sandbox.issues('FIXING')).length;
}

/** What Discord was asked to change and has changed. */
function roleChanges(sandbox: Sandbox) {
	return sandbox
		.requests()
		.filter(({ target, method, path, status }) => target === 'discord' && method !== 'GET' && status === 204 && /\/roles\/\d+$/.test(path));
}

async function judge(sandbox: Sandbox): Promise<void> {
	for (const { username, expected } of people) expect([username, managedRolesOf(sandbox, username)]).toEqual([username, expected]);
	const issues = await sandbox.issues();
	const audit = await sandbox.audit();
	expect(issues).toHaveLength(ISSUES);
	for (const { discordId, status, attempts } of issues) {
		expect([discordId, status]).toEqual([discordId, 'FIXED']);
		const changes = attempts.flatMap(({ rolesBefore, rolesAfter }) => difference(rolesBefore, rolesAfter));
		// Every role that was given or taken is in one attempt, which has an end and a line in the audit log.
		expect(changes).toHaveLength(people.find(({ id }) => id === discordId)?.changes ?? -1);
		expect(attempts.filter(({ outcome }) => outcome === 'FIXED')).toHaveLength(1);
		for (const { id, outcome } of attempts) {
			expect(outcome).not.toBeNull();
			expect(audit.filter(({ attemptId }) => attemptId === id).map((line) => line.outcome)).toEqual([outcome]);
		}
	}
	// Discord was never asked again for what it had done.
	expect(roleChanges(sandbox)).toHaveLength(people.reduce((sum, { changes }) => sum + changes, 0));
}

/** The roles given and taken. */
function difference(before: unknown, after: unknown): string[] {
	if (!Array.isArray(before) || !Array.isArray(after)) return [];
	return [...before.filter((role) => !after.includes(role)), ...after.filter((role) => !before.includes(role))];
}
