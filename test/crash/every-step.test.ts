import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEachStep } from '../../sandbox/bot/crash-injection.js';
import type { OpenIssue } from '../../src/reconciliation/domain/issue.js';
import type { Guild, Ports } from '../../src/reconciliation/domain/ports.js';
import { fixBulk, resumeBulks } from '../../src/reconciliation/fixes/bulk.js';
import { planBulk } from '../../src/reconciliation/fixes/bulk-plan.js';
import { fixIssue } from '../../src/reconciliation/fixes/fix.js';
import { resumeHalfDone } from '../../src/reconciliation/fixes/half-done.js';
import { recoverInterruptedAttempts } from '../../src/reconciliation/fixes/recover.js';
import { undoFix } from '../../src/reconciliation/fixes/undo.js';
import { runReconciliation } from '../../src/reconciliation/runs/run.js';
import { type Database, openDatabase } from '../../src/store/connection/database.js';
import { createLedger } from '../../src/store/ledger.js';
import { customer, subscription } from '../reconciliation/builders.js';
import { FakePorts, SETTINGS } from '../reconciliation/fakes.js';
import { snowflake } from '../store/builders.js';
import { makeFolder, removeFolder } from '../store/folders.js';

/**
 * Crashes at the steps of a fix, of the recovery after it, and of the recovery after that: over the real stores, with a Discord and a
 * Stripe in memory. After a crash nothing of that life has an effect any more. Takes milliseconds where a process takes seconds.
 */

/** Crash at every step of the second life too, which takes hours. */
const EVERY = process.env.CRASH === 'every';
const TIMEOUT_MS = EVERY ? 4 * 3_600_000 : 900_000;

/** Steps from one crash to the next that is tried, in the first life and in the second. Work on several members has more steps. */
const OF_ONE = EVERY ? [1, 1] : [1, 13];
const OF_MANY = EVERY ? [1, 1] : [3, 31];

const ACTOR = { actor: '42', actorName: 'grace' };
const AUTO_FIX = { ...SETTINGS, autoFix: true, maxRevokePercent: 100 };

class Crash extends Error {}

/** The steps of the current life; `at` is the one that ends it. */
const life = { steps: 0, at: Number.POSITIVE_INFINITY };

function nextStep(): void {
	life.steps += 1;
	if (life.steps >= life.at) throw new Crash();
}

let database: Database;
let folder: string;
beforeAll(async () => {
	folder = await makeFolder();
	const dataDir = join(folder, 'data');
	await cp(process.env.SANDBOX_DATABASE_TEMPLATE ?? '', dataDir, { recursive: true });
	onEachStep(nextStep);
	database = await openDatabase({ dataDir });
});
afterAll(async () => {
	await database.close();
	await removeFolder(folder);
});

/**
 * Lives until the crash, or until the work is done.
 * @param claimsOutlive - whether the claims of the last life are still held, as by a process on another machine
 * @returns whether it crashed
 */
async function live(work: () => Promise<unknown>, claimsOutlive: boolean, crashAt = Number.POSITIVE_INFINITY): Promise<boolean> {
	Object.assign(life, { steps: 0, at: Number.POSITIVE_INFINITY });
	await database.prisma.lease.deleteMany();
	await database.prisma.$executeRaw`UPDATE "BulkFix" SET "expiresAt" = now() WHERE "endedAt" IS NULL`;
	if (!claimsOutlive) await expireClaims();
	Object.assign(life, { steps: 0, at: crashAt });
	try {
		await work();
	} catch (error) {
		if (!(error instanceof Error) || life.steps < life.at) throw error;
	}
	const crashed = life.steps >= life.at;
	Object.assign(life, { steps: 0, at: Number.POSITIVE_INFINITY });
	return crashed;
}

async function expireClaims(): Promise<void> {
	await database.prisma.$executeRaw`UPDATE "FixAttempt" SET "claimExpires" = now() WHERE outcome IS NULL AND "claimExpires" > now()`;
}

interface Person {
	readonly id: string;
	readonly drifted: readonly string[];
	readonly right: readonly string[];
}

/** One of each effect: pays for Lord and holds Knight and Debtor; pays for Knight and holds nothing; … and holds Lord; pays for nothing. */
const RAISED = { drifted: ['Debtor', 'Knight'], right: ['Lord'], given: { prices: ['price_lord'] } };
const GRANTED = { drifted: [], right: ['Knight'], given: {} };
const LOWERED = { drifted: ['Lord'], right: ['Knight'], given: {} };
const REMOVED = { drifted: ['Knight', 'Lord'], right: [], given: { status: 'canceled' } };
type Kind = Pick<Person, 'drifted' | 'right'> & { readonly given: Parameters<typeof subscription>[0] };

/** A guild of its own with such people, found by a run. */
async function world(kinds: readonly Kind[], settings = SETTINGS) {
	const fake = new FakePorts();
	const ledger = createLedger(database, snowflake());
	const changes: { readonly id: string; readonly role: string }[] = [];
	const people = kinds.map(({ drifted, right, given }): Person => {
		const id = snowflake();
		fake.billing.customers.push(customer({ id: `cus_${id}`, metadataDiscordId: id }));
		fake.billing.put(subscription({ id: `sub_${id}`, customerId: `cus_${id}`, ...given }));
		fake.guild.join(id, ...drifted);
		return { id, drifted, right };
	});
	/** Each role call is a step, and the life that has crashed makes none. */
	const counted =
		(change: Guild['addRole']): Guild['addRole'] =>
		(id, role, reason, guard) =>
			change.call(fake.guild, id, role, reason, (send) =>
				guard(async () => {
					nextStep();
					await send();
					changes.push({ id, role });
					nextStep();
				})
			);
	const { addRole, removeRole } = fake.guild;
	const guild = Object.assign(fake.guild, { addRole: counted(addRole), removeRole: counted(removeRole) });
	const { billing, notifier } = fake;
	const ports: Ports = {
		billing,
		guild,
		ledger,
		notifier,
		now: () => new Date(),
		// What a claim of a killed process is waited for.
		sleep: expireClaims,
		shouldContinue: () => true,
		onUnexpectedError: () => {}
	};
	const found = await runReconciliation(ports, SETTINGS);
	/** What the next process does at its start. */
	const start = async () => {
		await recoverInterruptedAttempts(ports);
		await resumeBulks(ports, ledger, settings);
		await resumeHalfDone(ports, ledger, settings);
	};
	const attemptsOf = ({ id }: Person) =>
		database.prisma.fixAttempt.findMany({ where: { issue: { discordId: id } }, orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] });
	const statusOf = async ({ id }: Person) => (await database.prisma.issue.findFirstOrThrow({ where: { discordId: id } })).status;
	const holds = ({ id }: Person) => fake.guild.holds(id);
	/** Every change is made once and recorded in one attempt; each attempt has an outcome and one line in the audit log. */
	const expectRecorded = async (person: Person) => {
		const attempts = await attemptsOf(person);
		const recorded = attempts.flatMap(({ rolesBefore, rolesAfter }) => difference(rolesBefore, rolesAfter));
		expect(recorded.toSorted()).toEqual(changes.flatMap(({ id, role }) => (id === person.id ? role : [])).toSorted());
		for (const { id, outcome } of attempts) {
			const audited = await database.prisma.auditLog.findMany({ where: { attemptId: id, action: { in: ['fix', 'undo'] } } });
			expect(audited.map((line) => line.outcome)).toEqual([outcome]);
		}
	};
	return { ports, ledger, people, issues: found?.issues ?? [], start, holds, statusOf, attemptsOf, expectRecorded };
}

type World = Awaited<ReturnType<typeof world>>;

function difference(before: unknown, after: unknown): string[] {
	if (!Array.isArray(before) || !Array.isArray(after)) return [];
	return [...before.filter((role) => !after.includes(role)), ...after.filter((role) => !before.includes(role))];
}

/**
 * Crashes at steps of the first life, of the second and of the third, and lets the fourth do its work.
 * @param scene.strides - {@link OF_ONE} or {@link OF_MANY}
 * @param scene.act - what the first life does
 * @param scene.expectSettled - checks the state after the last life
 * @returns the number of crashes
 */
async function crashEverywhere(scene: {
	readonly strides: readonly number[];
	readonly claimsOutlive?: boolean;
	readonly begin: () => Promise<World>;
	readonly act: (world: World) => Promise<unknown>;
	readonly expectSettled: (world: World) => Promise<void>;
}): Promise<number> {
	const [firstStride = 1, secondStride = 1] = scene.strides;
	const claimsOutlive = scene.claimsOutlive ?? false;
	let crashes = 0;
	for (let first = 1, more = true; more; first += firstStride) {
		for (let second = 1 + (first % secondStride), again = true; again; second += secondStride) {
			const given = await scene.begin();
			more = await live(() => scene.act(given), claimsOutlive, first);
			again = more && (await live(given.start, claimsOutlive, second));
			const third = 1 + ((first * 7 + second * 3) % 40);
			const last = again && (await live(given.start, claimsOutlive, third));
			crashes += Number(more) + Number(again) + Number(last);
			await live(given.start, claimsOutlive);
			try {
				await scene.expectSettled(given);
			} catch (error) {
				throw new Error(`After crashes at the steps ${first}, ${second} and ${third}`, { cause: error });
			}
		}
	}
	return crashes;
}

describe('after crashes at any step, the next processes', () => {
	it(
		'finish a single fix that had changed roles, or leave the issue open and untouched',
		async () => {
			const fix = ({ ports, issues }: World) => {
				const [{ id, planHash }] = issues as [OpenIssue];
				return fixIssue(ports, SETTINGS.policy, { issueId: id, planHash, runId: 'run', ...ACTOR });
			};
			const crashes = await crashEverywhere({
				strides: OF_ONE,
				begin: () => world([RAISED]),
				act: fix,
				expectSettled: async (given) => {
					const [person] = given.people as [Person];
					if ((await given.statusOf(person)) === 'OPEN') {
						expect(given.holds(person)).toEqual(person.drifted);
						expect(await fix(given)).toMatchObject({ outcome: 'FIXED' });
					}
					expect([await given.statusOf(person), given.holds(person)]).toEqual(['FIXED', person.right]);
					await given.expectRecorded(person);
				}
			});
			console.log(`Single fix: ${crashes} crashes.`);
		},
		TIMEOUT_MS
	);

	it(
		'finish a bulk fix',
		async () => {
			const crashes = await crashEverywhere({
				strides: OF_MANY,
				// The bulk fix is taken over first, and waits for them.
				claimsOutlive: true,
				begin: () => world([RAISED, GRANTED]),
				act: async ({ ports, ledger }) => {
					const plan = await planBulk(ports, ledger, 100, 'all');
					if (plan === null) throw new Error('nothing to fix');
					const { planHash } = plan.parts.gives;
					const order = { scope: 'all', part: 'gives', planHash, confirmed: null, onProgress: () => {}, ...ACTOR } as const;
					return fixBulk(ports, ledger, SETTINGS, order);
				},
				expectSettled: async ({ people, issues, ports, statusOf, holds, expectRecorded }) => {
					for (const person of people) {
						// The bulk fix itself may not have been stored.
						if ((await statusOf(person)) === 'OPEN') {
							expect(holds(person)).toEqual(person.drifted);
							const { id, planHash } = issues.find(({ discordId }) => discordId === person.id) as OpenIssue;
							await fixIssue(ports, SETTINGS.policy, { issueId: id, planHash, runId: 'run', ...ACTOR });
						}
						expect([await statusOf(person), holds(person)]).toEqual(['FIXED', person.right]);
						await expectRecorded(person);
					}
				}
			});
			console.log(`Bulk fix: ${crashes} crashes.`);
		},
		TIMEOUT_MS
	);

	it(
		'finish an undo that had changed roles, or leave the fix as it was',
		async () => {
			let fixId = '';
			const undo = ({ ports, ledger }: World) => undoFix(ports, ledger, { attemptId: fixId, ...ACTOR });
			const exempt = ({ id }: Person) =>
				database.prisma.exemption.count({ where: { discordId: id, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] } });
			const crashes = await crashEverywhere({
				strides: OF_ONE,
				begin: async () => {
					const given = await world([RAISED]);
					const [{ id, planHash }] = given.issues as [OpenIssue];
					const result = await fixIssue(given.ports, SETTINGS.policy, { issueId: id, planHash, runId: 'run', ...ACTOR });
					fixId = result.kind === 'ended' ? result.attemptId : '';
					return given;
				},
				act: undo,
				expectSettled: async (given) => {
					const [person] = given.people as [Person];
					if ((await given.statusOf(person)) === 'FIXED') {
						expect([given.holds(person), await exempt(person)]).toEqual([person.right, 0]);
						expect(await undo(given)).toMatchObject({ outcome: 'UNDONE' });
					}
					expect([await given.statusOf(person), given.holds(person)]).toEqual(['RESOLVED', person.drifted]);
					expect(await exempt(person)).toBeGreaterThan(0);
					await given.expectRecorded(person);
				}
			});
			console.log(`Undo: ${crashes} crashes.`);
		},
		TIMEOUT_MS
	);

	it(
		'finish what automatic fixes had begun, and leave the rest to the next run',
		async () => {
			const run = ({ ports }: World) => runReconciliation(ports, AUTO_FIX);
			const crashes = await crashEverywhere({
				strides: OF_MANY,
				begin: () => world([LOWERED, REMOVED], AUTO_FIX),
				act: run,
				expectSettled: async (given) => {
					for (const person of given.people) expect([person.drifted, person.right]).toContainEqual(given.holds(person));
					expect(await run(given)).toMatchObject({ status: 'COMPLETED' });
					for (const person of given.people) {
						expect([await given.statusOf(person), given.holds(person)]).toEqual(['FIXED', person.right]);
						await given.expectRecorded(person);
					}
				}
			});
			console.log(`Automatic fixes: ${crashes} crashes.`);
		},
		TIMEOUT_MS
	);
});
