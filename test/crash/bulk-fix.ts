import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../sandbox/control/reset.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, managedRolesOf, reconcile, runCommand } from '../end-to-end/operator.js';

const ISSUES = 50;
const EXPECTED_ROLES = 20;
/** Crash points of a start and the concurrent fixes after it. */
const MAX_CRASH_POINTS = 120;
/** Crash points of a start. */
const START_CRASH_POINTS = 20;
/** Coprime to the four concurrent fixes, so that each of them is killed at every one of its steps. */
const STEP = 3;
const person = (number: number) => String(300000000000000000n + BigInt(number));

/** A third pays for Lord and holds Knight, a third pays and holds nothing, a third does not pay and holds Knight; the rest is right. */
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
 * Each process lives longer than the one before, so that every step of a start and of a fix is interrupted on some issue. With
 * CRASH=every, the sequence starts over after each fixed issue, which takes more than an hour.
 */
const EVERY = process.env.CRASH === 'every';
const TEST_TIMEOUT_MS = EVERY ? 4 * 3_600_000 : 900_000;

/**
 * Kills the bot with SIGKILL before and after database writes and role changes of a bulk fix of fifty issues, and restarts it each
 * time. The result must be the same as without a crash.
 * @param env - the settings of the database
 * @param expireLeases - expires the leases and claims of the killed process
 */
export function crashSuite(env: SettingsInput, expireLeases: (sandbox: Sandbox) => Promise<void>): void {
	describe('a bulk fix of fifty issues with a SIGKILL at every step', () => {
		test(
			'is completed by later processes, with each fix made once and recorded',
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
					const kills = await fixWithCrashes(sandbox, expireLeases);
					await expectNothingLost(sandbox);
					console.log(`${env.DATABASE_URL ? 'PostgreSQL' : 'Embedded'}: killed ${kills} times. Fixes done twice: 0. Records lost: 0.`);
				} finally {
					await sandbox.stop();
				}
			},
			TEST_TIMEOUT_MS
		);
	});
}

/** @returns the number of kills */
async function fixWithCrashes(sandbox: Sandbox, expireLeases: (sandbox: Sandbox) => Promise<void>): Promise<number> {
	// Both parts of the plan at once: two bulk fixes, of fifty issues together.
	const plans = [await runCommand(sandbox, 'reconcile fix', { all: true }), await runCommand(sandbox, 'reconcile fix', { all: true })];
	for (const [index, label] of [/Grant and tidy/, /Remove access/].entries()) {
		const { answer } = plans[index] as (typeof plans)[number];
		sandbox.click('operator', answer.id, buttonOf(answer, label));
	}
	await sandbox.until(() => roleChanges(sandbox).length > 0);
	let left = ISSUES;
	for (let kills = 1, moment = 1; ; kills++, moment += EVERY || moment < START_CRASH_POINTS ? 1 : STEP) {
		await sandbox.kill();
		await expireLeases(sandbox);
		await sandbox.runUntilCrash(moment);
		await sandbox.until(async () => !sandbox.alive || (await openIssues(sandbox)) === 0);
		if (sandbox.alive) return kills;
		const before = left;
		left = await openIssues(sandbox);
		if (EVERY && left < before) moment = Math.max(0, moment - MAX_CRASH_POINTS);
	}
}

/** The number of issues that are not fixed yet. */
async function openIssues(sandbox: Sandbox): Promise<number> {
	return (await sandbox.issues('OPEN')).length + (await sandbox.issues('FIXING')).length;
}

/** The role changes that Discord made. */
function roleChanges(sandbox: Sandbox) {
	return sandbox
		.requests()
		.filter(({ target, method, path, status }) => target === 'discord' && method !== 'GET' && status === 204 && /\/roles\/\d+$/.test(path));
}

async function expectNothingLost(sandbox: Sandbox): Promise<void> {
	for (const { username, expected } of people) expect([username, managedRolesOf(sandbox, username)]).toEqual([username, expected]);
	const issues = await sandbox.issues();
	const audit = await sandbox.audit();
	expect(issues).toHaveLength(ISSUES);
	for (const { discordId, status, attempts } of issues) {
		expect([discordId, status]).toEqual([discordId, 'FIXED']);
		const changes = attempts.flatMap(({ rolesBefore, rolesAfter }) => difference(rolesBefore, rolesAfter));
		// Every role change is in one attempt, which has an outcome and one audit log entry.
		expect(changes).toHaveLength(people.find(({ id }) => id === discordId)?.changes ?? -1);
		expect(attempts.filter(({ outcome }) => outcome === 'FIXED')).toHaveLength(1);
		for (const { id, outcome } of attempts) {
			expect(outcome).not.toBeNull();
			expect(audit.filter(({ attemptId }) => attemptId === id).map((line) => line.outcome)).toEqual([outcome]);
		}
	}
	// No role change was requested again after Discord had made it.
	expect(roleChanges(sandbox)).toHaveLength(people.reduce((sum, { changes }) => sum + changes, 0));
}

/** The roles granted and revoked. */
function difference(before: unknown, after: unknown): string[] {
	if (!Array.isArray(before) || !Array.isArray(after)) return [];
	return [...before.filter((role) => !after.includes(role)), ...after.filter((role) => !before.includes(role))];
}
