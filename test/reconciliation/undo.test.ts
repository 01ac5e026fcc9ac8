import { describe, expect, test } from 'vitest';
import { fixIssue } from '../../src/reconciliation/fix.js';
import { RoleChangeError, SourceError } from '../../src/reconciliation/ports.js';
import { runReconciliation } from '../../src/reconciliation/run.js';
import { settleInterrupted } from '../../src/reconciliation/settle.js';
import { type UndoResult, undoFix } from '../../src/reconciliation/undo.js';
import { verifyIfDue } from '../../src/reconciliation/verify.js';
import { ADA, BOB, customer, MAPPED, only, person, subscription } from './builders.js';
import { FakeWorld, SETTINGS } from './fakes.js';

const OPERATOR = person(99);
const FIX = 'attempt_1';

/** Ada pays for Lord; a fix has given her Lord and taken Knight and Debtor. */
async function fixed(): Promise<FakeWorld> {
	const world = new FakeWorld();
	world.billing.customers = [customer({ claimedBy: ADA })];
	world.billing.put(subscription({ prices: ['price_lord'] }));
	world.guild.join(ADA, 'Knight', 'Debtor', 'Moderator');
	const { id, planHash } = only((await runReconciliation(world, SETTINGS))?.issues ?? []);
	await fixIssue(world, MAPPED, { issueId: id, planHash, actor: BOB, runId: 'run_1' });
	world.pass({ seconds: 600 });
	world.script.calls.length = 0;
	world.guild.reasons.length = 0;
	return world;
}

const undo = (world: FakeWorld, attemptId = FIX): Promise<UndoResult> =>
	undoFix(world, world.ledger, { attemptId, actor: OPERATOR, actorName: 'grace' });

const statusOf = (world: FakeWorld) => only([...world.ledger.issues.values()]).status;
const exempt = (world: FakeWorld) => world.ledger.exemptions.filter(({ expiresAt }) => expiresAt === null || expiresAt > world.now());

describe('an undo', () => {
	test('puts the managed roles back as they were, and no other', async () => {
		const world = await fixed();
		expect(await undo(world)).toMatchObject({ kind: 'ended', outcome: 'UNDONE', rolesBefore: ['Lord'], rolesAfter: ['Debtor', 'Knight'] });
		expect(world.guild.holds(ADA)).toEqual(['Debtor', 'Knight', 'Moderator']);
		expect(statusOf(world)).toBe('RESOLVED');
	});

	test('exempts before it looks, gives before it takes, reads back, and writes the end last', async () => {
		const world = await fixed();
		await undo(world);
		expect(world.script.calls).toEqual([
			'ledger.interruptedAttempts',
			'ledger.claimUndo',
			'guild.readMember',
			'ledger.renewClaim',
			'guild.addRole Debtor',
			'guild.addRole Knight',
			'guild.removeRole Lord',
			'guild.readMember',
			'ledger.endAttempt'
		]);
	});

	test('names itself, the fix and the operator in the audit log and in the exemption', async () => {
		const world = await fixed();
		await undo(world);
		expect(new Set(world.guild.reasons)).toEqual(
			new Set([`Reeve: undo attempt_2 of fix attempt_1, issue issue_1, asked for by grace (${OPERATOR})`])
		);
		expect(only(exempt(world))).toMatchObject({ discordId: ADA, createdBy: OPERATOR, reason: 'Undo by grace of the fix attempt_1' });
	});

	test('is not redone by the next daily run, also on the longest day', async () => {
		const world = await fixed();
		await undo(world);
		world.pass({ hours: 24, seconds: 3590 });
		const next = await runReconciliation(world, { ...SETTINGS, autoFix: true });
		expect(next).toMatchObject({ issuesFound: 0, notices: { exempt: 1 } });
		expect(world.guild.holds(ADA)).toEqual(['Debtor', 'Knight', 'Moderator']);
	});

	test('has one effect, whoever asks, however often', async () => {
		const world = await fixed();
		const results = await Promise.all([undo(world), undo(world), undo(world)]);
		expect(results.map(({ kind }) => kind).sort()).toEqual(['busy', 'busy', 'ended']);
		expect(await undo(world)).toMatchObject({ kind: 'undone', actor: OPERATOR });
		expect(world.touched).toBe(3);
	});

	test('is not judged by the verification', async () => {
		const world = await fixed();
		await undo(world);
		world.pass({ hours: 1 });
		expect((await verifyIfDue(world, world.ledger, SETTINGS, 60))?.verified?.fixes).toEqual([]);
	});
});

describe('an undo that changes nothing ends its exemption and leaves the fix', () => {
	test('when the person holds other managed roles by now', async () => {
		const world = await fixed();
		world.guild.join(ADA, 'Lord', 'Knight');
		const result = await undo(world);
		expect(result).toMatchObject({ outcome: 'PLAN_CHANGED', rolesBefore: ['Knight', 'Lord'], exemptUntil: null });
		expect(result).toMatchObject({ error: expect.stringContaining('Knight and Lord by now, and not Lord') });
		expect(world.touched).toBe(0);
		expect(exempt(world)).toEqual([]);
		expect(statusOf(world)).toBe('FIXED');
	});

	test.each([
		['the person has left', (world: FakeWorld) => world.guild.roles.delete(ADA), 'left the server'],
		[
			'Discord cannot be read',
			(world: FakeWorld) =>
				world.script.once('guild.readMember', () => {
					throw new SourceError('discord', 'An outage.');
				}),
			'An outage.'
		],
		[
			'Discord refuses the first role',
			(world: FakeWorld) =>
				world.script.on('guild.addRole', () => {
					throw new RoleChangeError('Drag it above.');
				}),
			'Drag it above.'
		]
	])('when %s', async (_, arrange, words) => {
		const world = await fixed();
		arrange(world);
		expect(await undo(world)).toMatchObject({ outcome: 'FAILED', exemptUntil: null, error: expect.stringContaining(words) });
		expect(exempt(world)).toEqual([]);
		expect(statusOf(world)).toBe('FIXED');
	});

	test('when Discord accepts it all and does nothing', async () => {
		const world = await fixed();
		for (const change of ['add Debtor', 'add Knight', 'remove Lord']) world.guild.ignores.add(change);
		expect(await undo(world)).toMatchObject({ outcome: 'NOT_APPLIED', exemptUntil: null });
	});

	test('when its claim was lost while it looked', async () => {
		const world = await fixed();
		world.script.on('ledger.renewClaim', () => {
			const attempt = world.ledger.attempts.at(-1);
			if (attempt) attempt.end = { outcome: 'INTERRUPTED', rolesBefore: null, rolesAfter: null, error: null, at: world.now() };
		});
		expect(await undo(world)).toMatchObject({ outcome: 'INTERRUPTED' });
		expect(world.touched).toBe(0);
	});
});

describe('an undo in part', () => {
	test('keeps the person exempt, and says what was refused', async () => {
		const world = await fixed();
		world.script.on('guild.removeRole', () => {
			throw new RoleChangeError('Drag it above.');
		});
		expect(await undo(world)).toMatchObject({ outcome: 'FAILED', error: 'Drag it above.', rolesAfter: ['Debtor', 'Knight', 'Lord'] });
		expect(exempt(world)).toHaveLength(1);
	});

	test('whose answer was lost, but whose change was made, counts as done', async () => {
		const world = await fixed();
		world.script.on('guild.removeRole', () => {
			world.guild.roles.get(ADA)?.delete('Lord');
			throw new RoleChangeError('Discord did not answer in time.');
		});
		expect(await undo(world)).toMatchObject({ outcome: 'UNDONE' });
	});
});

describe('an undo that was broken off, and could not be read back', () => {
	/** Discord gives two roles, and then nothing works any more. */
	async function brokenOff(): Promise<FakeWorld> {
		const world = await fixed();
		world.script.once('guild.removeRole', () => {
			world.script.once('guild.readMember', () => {
				throw new SourceError('discord', 'An outage.');
			});
			throw new RoleChangeError('An outage.');
		});
		expect(await undo(world)).toMatchObject({ outcome: 'FAILED', rolesAfter: null });
		expect(exempt(world)).toHaveLength(1);
		return world;
	}

	test('is gone on with from wherever that was', async () => {
		const world = await brokenOff();
		expect(await undo(world)).toMatchObject({
			outcome: 'UNDONE',
			rolesBefore: ['Debtor', 'Knight', 'Lord'],
			rolesAfter: ['Debtor', 'Knight']
		});
		expect(world.guild.holds(ADA)).toEqual(['Debtor', 'Knight', 'Moderator']);
	});

	test('is not gone on with where somebody else has changed the roles since', async () => {
		const world = await brokenOff();
		world.guild.join(ADA, 'Knight', 'Lord');
		expect(await undo(world)).toMatchObject({ outcome: 'PLAN_CHANGED', rolesBefore: ['Knight', 'Lord'] });
		expect(world.guild.holds(ADA)).toEqual(['Knight', 'Lord']);
	});
});

describe('an undo that was interrupted', () => {
	test.each([
		['before a role was touched', 'guild.readMember', 'INTERRUPTED', 'FIXED', 0],
		['when all was done', 'ledger.endAttempt', 'UNDONE', 'RESOLVED', 1],
		['half-way', 'guild.removeRole', 'INTERRUPTED', 'FIXED', 1]
	] as const)('%s is settled as what it is', async (_, moment, outcome, status, exemptions) => {
		const world = await fixed();
		world.script.once(moment, () => {
			throw new Error('SIGKILL');
		});
		await expect(undo(world)).rejects.toThrow('SIGKILL');
		world.pass({ seconds: 31 });
		await settleInterrupted(world);
		expect(world.ledger.attempts.at(-1)).toMatchObject({ undoes: FIX, end: { outcome } });
		expect(statusOf(world)).toBe(status);
		expect(exempt(world)).toHaveLength(exemptions);
	});
});

test.each(['', 'a'.repeat(37), "'; --", 'ada \0'])('%j is no fix, and the database is not asked', async (attemptId) => {
	const world = await fixed();
	expect(await undo(world, attemptId)).toEqual({ kind: 'unknown' });
	expect(world.script.calls).toEqual([]);
	expect(await undo(world, 'ada')).toEqual({ kind: 'unknown' });
});
