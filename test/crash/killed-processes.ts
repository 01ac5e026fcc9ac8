import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../sandbox/control/reset.js';
import { Sandbox, type StoredIssue } from '../../sandbox/sandbox.js';
import { buttonOf, linesOf, managedRolesOf, reconcile, runCommand } from '../end-to-end/operator.js';

/**
 * Kills the bot's process with SIGKILL before and after database writes and role changes, and restarts it each time. Half of the lives
 * end during the recovery of the one before. What comes out must be the same as without a crash. The steps are samples: every-step.test.ts
 * has them all.
 */

/** Steps at which a life ends that recovers, and begins to fix again. Every fourth fix is in progress at once. */
const LONG_LIVES = [57, 70, 83, 96, 109, 122, 135, 64, 77, 90, 103, 116];
/** Steps at which a life ends while it recovers, if it gets that far. */
const SHORT_LIVES = [13, 16, 19, 22, 25, 28, 31, 34, 37, 40, 43, 46];

interface Kind {
	readonly drifted: readonly string[];
	readonly right: readonly string[];
	readonly price: string;
	readonly status: 'active' | 'canceled';
}

/** Three changes: +Lord, −Debtor, −Knight. */
const RAISED: Kind = { drifted: ['Debtor', 'Knight'], right: ['Lord'], price: 'price_lord', status: 'active' };
const GRANTED: Kind = { drifted: [], right: ['Knight'], price: 'price_knight', status: 'active' };
const LOWERED: Kind = { drifted: ['Lord'], right: ['Knight'], price: 'price_knight', status: 'active' };
const REMOVED: Kind = { drifted: ['Knight', 'Lord'], right: [], price: 'price_knight', status: 'canceled' };

interface Person extends Kind {
	readonly id: string;
	readonly username: string;
}

function peopleOf(kinds: readonly Kind[]): readonly Person[] {
	return kinds.map((kind, index) => ({ ...kind, id: String(300000000000000000n + BigInt(index)), username: `user${index}` }));
}

const TIMEOUT_MS = 1_200_000;

/**
 * @param env - the settings of the database
 * @param expire - expires what the killed process held: everything, or everything but its claims on issues
 */
export function crashSuite(env: SettingsInput, expire: (sandbox: Sandbox, what: 'all' | 'all but claims') => Promise<void>): void {
	const name = env.DATABASE_URL ? 'PostgreSQL' : 'Embedded';

	/** A world in which a run has found these people's roles wrong, and its end. */
	async function inWorld(
		kinds: readonly Kind[],
		overrides: SettingsInput,
		work: (sandbox: Sandbox, people: readonly Person[]) => Promise<number>
	) {
		const people = peopleOf(kinds);
		const sandbox = await Sandbox.start({
			world: {
				guild: { members: people.map(({ id, username, drifted }) => ({ id, username, roles: [...drifted] })) },
				stripe: {
					customers: people.map(({ id }) => ({ id: `cus_${id}`, metadata: { discord_id: id } })),
					subscriptions: people.map(({ id, status, price }) => ({ id: `sub_${id}`, customer: `cus_${id}`, status, price }))
				}
			},
			env: { RECONCILIATION_MAX_REVOKE_PERCENT: '100', ...overrides, ...env }
		});
		try {
			expect('DATABASE_URL' in sandbox.settings).toBe(Boolean(env.DATABASE_URL));
			const kills = await work(sandbox, people);
			console.log(`${name}: killed ${kills} times. Left undone: 0. Done twice: 0. Records lost: 0.`);
		} finally {
			await sandbox.stop();
		}
	}

	describe('bot processes killed with SIGKILL', () => {
		test(
			'complete a bulk fix, with each change made once and recorded',
			() =>
				inWorld(
					Array.from({ length: 24 }, (_, index) => (index % 3 === 2 ? GRANTED : RAISED)),
					{},
					async (sandbox, people) => {
						await reconcile(sandbox);
						const { answer } = await runCommand(sandbox, 'reconcile fix', { all: true });
						sandbox.click('operator', answer.id, buttonOf(answer, /24/));
						await sandbox.until(() => roleChanges(sandbox).length > 0);
						await sandbox.kill();
						let kills = 1;
						for (const [index, step] of LONG_LIVES.entries()) {
							for (const end of [step, SHORT_LIVES[index] as number]) {
								await expire(sandbox, 'all');
								await sandbox.runUntilCrash(end);
								await sandbox.until(() => !sandbox.alive || allRight(sandbox, people));
								kills += 1;
							}
						}
						await sandbox.kill();
						// The bulk fix is taken over before the claims on its issues expire.
						await expire(sandbox, 'all but claims');
						await sandbox.restart('SIGKILL');
						await expectFixed(sandbox, people);
						await sandbox.until(() => linesOf(sandbox).some((line) => /resumed and finished it: 24 of 24 issues fixed/.test(line)));
						return kills;
					}
				),
			TIMEOUT_MS
		);

		test(
			'complete automatic fixes and undos, with each change made once and recorded',
			() =>
				inWorld([RAISED, RAISED, RAISED, LOWERED, REMOVED, REMOVED], { RECONCILIATION_AUTO_FIX: 'true' }, async (sandbox, people) => {
					let kills = 0;
					/** A life in which an operator gives this order, and one more that ends while it recovers. */
					const liveTwice = async (index: number, order: () => string, answer: RegExp) => {
						for (const end of [(LONG_LIVES[index] as number) - 20, SHORT_LIVES[(index * 5) % SHORT_LIVES.length] as number]) {
							await expire(sandbox, 'all');
							await sandbox.runUntilCrash(end);
							if (sandbox.alive) {
								const ordered = order();
								await sandbox.until(() => !sandbox.alive || answer.test(sandbox.interaction(ordered).responses.at(-1)?.content ?? ''));
							}
							await sandbox.kill();
							kills += 1;
						}
						await expire(sandbox, 'all');
						await sandbox.restart('SIGKILL');
					};
					const run = () => sandbox.command('operator', 'reconcile run');
					for (let index = 0; index < 4; index++) await liveTwice(index, run, /^(Done|The run failed|A reconciliation)/);
					await sandbox.until(() => reconcile(sandbox));
					await expectFixed(sandbox, people);

					const undone = people.slice(0, 3);
					for (const [index, person] of undone.entries()) {
						const fix = (await issueOf(sandbox, person)).attempts.find(({ outcome }) => outcome === 'FIXED');
						const undo = () => sandbox.command('operator', 'reconcile undo', { fix: fix?.id ?? '' });
						await liveTwice(index + 4, undo, /./);
						// It is resumed if it had begun. Otherwise the fix is as it was, and the operator orders the undo again.
						const status = await sandbox.until(async () => {
							const { status } = await issueOf(sandbox, person);
							return status === 'RESOLVED' || (status === 'FIXED' && isHolding(sandbox, person, person.right)) ? status : null;
						});
						if (status === 'FIXED') undo();
						await sandbox.until(async () => (await issueOf(sandbox, person)).status === 'RESOLVED');
						expect(managedRolesOf(sandbox, person.username)).toEqual(person.drifted);
					}
					await expectRecorded(sandbox, people, undone);
					return kills;
				}),
			TIMEOUT_MS
		);
	});
}

const isHolding = (sandbox: Sandbox, { username }: Person, roles: readonly string[]) =>
	managedRolesOf(sandbox, username).join() === roles.join();

const allRight = (sandbox: Sandbox, people: readonly Person[]) => people.every((person) => isHolding(sandbox, person, person.right));

async function issueOf(sandbox: Sandbox, { id }: Person): Promise<StoredIssue> {
	return (await sandbox.issues()).find(({ discordId }) => discordId === id) as StoredIssue;
}

/** The role changes that Discord made. */
function roleChanges(sandbox: Sandbox) {
	return sandbox
		.requests()
		.filter(({ target, method, path, status }) => target === 'discord' && method !== 'GET' && status === 204 && /\/roles\/\d+$/.test(path));
}

/** Waits until every issue is fixed, and checks that nothing was lost or done twice. */
async function expectFixed(sandbox: Sandbox, people: readonly Person[]): Promise<void> {
	await sandbox.until(async () => (await sandbox.issues()).every(({ status }) => status === 'FIXED'));
	for (const { username, right } of people) expect([username, managedRolesOf(sandbox, username)]).toEqual([username, right]);
	await expectRecorded(sandbox, people, []);
}

/**
 * Every role change was made once and is in one attempt, which has an outcome and one line in the audit log.
 * @param undone - those whose fix was undone
 */
async function expectRecorded(sandbox: Sandbox, people: readonly Person[], undone: readonly Person[]): Promise<void> {
	const issues = await sandbox.issues();
	const audit = await sandbox.audit();
	expect(issues).toHaveLength(people.length);
	let made = 0;
	for (const person of people) {
		const { attempts } = issues.find(({ discordId }) => discordId === person.id) as StoredIssue;
		const changes = difference(person.drifted, person.right).length * (undone.includes(person) ? 2 : 1);
		made += changes;
		expect([person.id, attempts.flatMap(({ rolesBefore, rolesAfter }) => difference(rolesBefore, rolesAfter)).length]).toEqual([
			person.id,
			changes
		]);
		expect(attempts.filter(({ outcome }) => outcome === 'FIXED')).toHaveLength(1);
		for (const { id, outcome } of attempts) {
			expect(outcome).not.toBeNull();
			const lines = audit.filter(({ attemptId, action }) => attemptId === id && (action === 'fix' || action === 'undo'));
			expect(lines.map((line) => line.outcome)).toEqual([outcome]);
		}
	}
	expect(roleChanges(sandbox)).toHaveLength(made);
}

/** The roles granted and revoked. */
function difference(before: unknown, after: unknown): string[] {
	if (!Array.isArray(before) || !Array.isArray(after)) return [];
	return [...before.filter((role) => !after.includes(role)), ...after.filter((role) => !before.includes(role))];
}
