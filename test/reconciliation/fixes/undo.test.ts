import { afterEach, describe, expect, it, vi } from 'vitest';
import { RoleChangeError, SourceError } from '../../../src/reconciliation/domain/ports.js';
import { fixIssue } from '../../../src/reconciliation/fixes/fix.js';
import { recoverInterruptedAttempts } from '../../../src/reconciliation/fixes/recover.js';
import { type UndoResult, undoFix } from '../../../src/reconciliation/fixes/undo.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { verifyIfDue } from '../../../src/reconciliation/runs/verify.js';
import { ADA, BOB, customer, exemption, MAPPED, only, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const OPERATOR = userId(99);
const FIX = 'attempt_1';

/** Ada pays for Lord; a fix has added Lord and removed Knight and Debtor. */
async function fixed(): Promise<FakePorts> {
	const ports = new FakePorts();
	ports.billing.customers = [customer({ metadataDiscordId: ADA })];
	ports.billing.put(subscription({ prices: ['price_lord'] }));
	ports.guild.join(ADA, 'Knight', 'Debtor', 'Moderator');
	const { id, planHash } = only((await runReconciliation(ports, SETTINGS))?.issues ?? []);
	await fixIssue(ports, MAPPED, { issueId: id, planHash, actor: BOB, runId: 'run_1' });
	ports.pass({ seconds: 600 });
	ports.script.calls.length = 0;
	ports.guild.reasons.length = 0;
	return ports;
}

const undo = (ports: FakePorts, attemptId = FIX): Promise<UndoResult> =>
	undoFix(ports, ports.ledger, { attemptId, actor: OPERATOR, actorName: 'grace' });

const statusOf = (ports: FakePorts) => only([...ports.ledger.issues.values()]).status;
const exempt = (ports: FakePorts) => ports.ledger.exemptions.filter(({ expiresAt }) => expiresAt === null || expiresAt > ports.now());

describe('undoFix', () => {
	it('restores the managed roles and no other', async () => {
		const ports = await fixed();
		expect(await undo(ports)).toMatchObject({ kind: 'ended', outcome: 'UNDONE', rolesBefore: ['Lord'], rolesAfter: ['Debtor', 'Knight'] });
		expect(ports.guild.holds(ADA)).toEqual(['Debtor', 'Knight', 'Moderator']);
		expect(statusOf(ports)).toBe('RESOLVED');
	});

	it('exempts before it reads, adds before it removes, reads back, and stores the outcome last', async () => {
		const ports = await fixed();
		await undo(ports);
		expect(ports.script.calls).toEqual([
			'ledger.interruptedAttempts',
			'ledger.claimUndo',
			'guild.readMember',
			...['guild.addRole Debtor', 'guild.addRole Knight', 'guild.removeRole Lord'].flatMap((call) => [
				'ledger.beginChange',
				call,
				'ledger.endChange'
			]),
			'guild.readMember',
			'ledger.endAttempt'
		]);
	});

	it('names itself, the fix and the operator in the audit log and in the exemption', async () => {
		const ports = await fixed();
		await undo(ports);
		expect(new Set(ports.guild.reasons)).toEqual(new Set(['Reeve: fix undone · approved by @grace · fix attempt_1']));
		expect(only(exempt(ports))).toMatchObject({ discordId: ADA, createdBy: OPERATOR, reason: 'Fix undone by @grace' });
	});

	it('keeps the next daily run from redoing the fix, even on a 25-hour day', async () => {
		const ports = await fixed();
		await undo(ports);
		ports.pass({ hours: 24, seconds: 3590 });
		const next = await runReconciliation(ports, { ...SETTINGS, autoFix: true });
		expect(next).toMatchObject({ issuesFound: 0, notices: { exempt: 1 } });
		expect(ports.guild.holds(ADA)).toEqual(['Debtor', 'Knight', 'Moderator']);
	});

	it('has one effect for concurrent and repeated orders', async () => {
		const ports = await fixed();
		const results = await Promise.all([undo(ports), undo(ports), undo(ports)]);
		expect(results.map(({ kind }) => kind).sort()).toEqual(['busy', 'busy', 'ended']);
		expect(await undo(ports)).toMatchObject({ kind: 'undone', actor: OPERATOR });
		expect(ports.touched).toBe(3);
	});

	it('takes the fix out of the verification', async () => {
		const ports = await fixed();
		await undo(ports);
		ports.pass({ hours: 1 });
		expect((await verifyIfDue(ports, ports.ledger, SETTINGS, 60))?.verified?.fixes).toEqual([]);
	});
});

describe('undoFix that changes nothing ends its exemption and keeps the fix', () => {
	it('when the member holds other managed roles now', async () => {
		const ports = await fixed();
		ports.guild.join(ADA, 'Lord', 'Knight');
		const result = await undo(ports);
		expect(result).toMatchObject({ outcome: 'PLAN_CHANGED', rolesBefore: ['Knight', 'Lord'], exemptUntil: null });
		expect(result).toMatchObject({ error: expect.stringContaining('now has Knight and Lord, not Lord') });
		expect(ports.touched).toBe(0);
		expect(exempt(ports)).toEqual([]);
		expect(statusOf(ports)).toBe('FIXED');
	});

	it.each([
		['the member has left', (ports: FakePorts) => ports.guild.roles.delete(ADA), 'left the server'],
		[
			'Discord cannot be read',
			(ports: FakePorts) =>
				ports.script.once('guild.readMember', () => {
					throw new SourceError('discord', 'An outage.');
				}),
			'An outage.'
		],
		[
			'Discord refuses the first role',
			(ports: FakePorts) =>
				ports.script.on('guild.addRole', () => {
					throw new RoleChangeError('Drag it above.');
				}),
			'Drag it above.'
		]
	])('when %s', async (_, arrange, words) => {
		const ports = await fixed();
		arrange(ports);
		expect(await undo(ports)).toMatchObject({ outcome: 'FAILED', exemptUntil: null, error: expect.stringContaining(words) });
		expect(exempt(ports)).toEqual([]);
		expect(statusOf(ports)).toBe('FIXED');
	});

	it('when Discord accepts every change and applies none', async () => {
		const ports = await fixed();
		for (const change of ['add Debtor', 'add Knight', 'remove Lord']) ports.guild.ignores.add(change);
		expect(await undo(ports)).toMatchObject({ outcome: 'NOT_APPLIED', exemptUntil: null });
	});

	it('when its claim was lost while it read the member', async () => {
		const ports = await fixed();
		ports.script.on('ledger.beginChange', () => {
			const attempt = ports.ledger.attempts.at(-1);
			if (attempt) attempt.end = { outcome: 'INTERRUPTED', rolesBefore: null, rolesAfter: null, error: null, at: ports.now() };
		});
		expect(await undo(ports)).toMatchObject({ outcome: 'INTERRUPTED' });
		expect(ports.touched).toBe(0);
	});
});

describe('undoFix after a call has waited for its turn', () => {
	it('continues if the member still holds what this undo left', async () => {
		const ports = await fixed();
		ports.guild.waitForTurn = () => ports.pass({ seconds: 13 });
		expect(await undo(ports)).toMatchObject({ outcome: 'UNDONE', rolesAfter: ['Debtor', 'Knight'] });
	});

	it('stops if the roles were changed by hand meanwhile', async () => {
		const ports = await fixed();
		ports.guild.waitForTurn = (change) => {
			if (change !== 'remove Lord') return;
			ports.pass({ seconds: 13 });
			ports.guild.join(ADA, 'Knight', 'Lord');
		};
		expect(await undo(ports)).toMatchObject({ outcome: 'PLAN_CHANGED', rolesBefore: ['Lord'], rolesAfter: ['Knight', 'Lord'] });
		expect(ports.calls('guild.removeRole')).toEqual([]);
	});

	it('stops if another operator exempts the member meanwhile', async () => {
		const ports = await fixed();
		ports.guild.waitForTurn = (change) => {
			if (change === 'remove Lord') ports.ledger.exemptions = [exemption(ADA)];
		};
		expect(await undo(ports)).toMatchObject({ outcome: 'EXEMPT', rolesAfter: ['Debtor', 'Knight', 'Lord'] });
		expect(ports.calls('guild.removeRole')).toEqual([]);
	});
});

describe('undoFix with a lapsed heartbeat', () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	it('changes no role even if the claim could still be renewed', async () => {
		const ports = await fixed();
		vi.useFakeTimers({ toFake: ['Date'] });
		ports.script.once('guild.readMember', () => vi.setSystemTime(Date.now() + 31_000));
		expect(await undo(ports)).toMatchObject({ outcome: 'INTERRUPTED', exemptUntil: null });
		expect(ports.touched).toBe(0);
		expect(exempt(ports)).toEqual([]);
	});
});

describe('undoFix that is applied in part', () => {
	it("keeps the member exempt and returns Discord's reason", async () => {
		const ports = await fixed();
		ports.script.on('guild.removeRole', () => {
			throw new RoleChangeError('Drag it above.');
		});
		expect(await undo(ports)).toMatchObject({ outcome: 'FAILED', error: 'Drag it above.', rolesAfter: ['Debtor', 'Knight', 'Lord'] });
		expect(exempt(ports)).toHaveLength(1);
	});

	it("is UNDONE when only Discord's answer was lost", async () => {
		const ports = await fixed();
		ports.script.on('guild.removeRole', () => {
			ports.guild.roles.get(ADA)?.delete('Lord');
			throw new RoleChangeError('Discord did not answer in time.');
		});
		expect(await undo(ports)).toMatchObject({ outcome: 'UNDONE' });
	});
});

describe('undoFix after an interrupted undo without read-back', () => {
	/** Discord adds two roles, then every call fails. */
	async function interruptedUndo(): Promise<FakePorts> {
		const ports = await fixed();
		ports.script.once('guild.removeRole', () => {
			ports.script.once('guild.readMember', () => {
				throw new SourceError('discord', 'An outage.');
			});
			throw new RoleChangeError('An outage.');
		});
		expect(await undo(ports)).toMatchObject({ outcome: 'FAILED', rolesAfter: null });
		expect(exempt(ports)).toHaveLength(1);
		return ports;
	}

	it('continues from any step of the plan', async () => {
		const ports = await interruptedUndo();
		expect(await undo(ports)).toMatchObject({
			outcome: 'UNDONE',
			rolesBefore: ['Debtor', 'Knight', 'Lord'],
			rolesAfter: ['Debtor', 'Knight']
		});
		expect(ports.guild.holds(ADA)).toEqual(['Debtor', 'Knight', 'Moderator']);
	});

	it('touches nothing if the roles were changed by hand since', async () => {
		const ports = await interruptedUndo();
		ports.guild.join(ADA, 'Knight', 'Lord');
		expect(await undo(ports)).toMatchObject({ outcome: 'PLAN_CHANGED', rolesBefore: ['Knight', 'Lord'] });
		expect(ports.guild.holds(ADA)).toEqual(['Knight', 'Lord']);
	});
});

describe('recoverInterruptedAttempts of an undo', () => {
	it.each([
		['before a role was touched', 'guild.readMember', 'INTERRUPTED', 'FIXED', 0],
		['when all was done', 'ledger.endAttempt', 'UNDONE', 'RESOLVED', 1],
		['half-way', 'guild.removeRole', 'INTERRUPTED', 'FIXED', 1]
	] as const)('stopped %s stores the outcome that the roles show', async (_, moment, outcome, status, exemptions) => {
		const ports = await fixed();
		ports.script.once(moment, () => {
			throw new Error('SIGKILL');
		});
		await expect(undo(ports)).rejects.toThrow('SIGKILL');
		ports.pass({ seconds: 31 });
		await recoverInterruptedAttempts(ports);
		expect(ports.ledger.attempts.at(-1)).toMatchObject({ undoes: FIX, end: { outcome } });
		expect(statusOf(ports)).toBe(status);
		expect(exempt(ports)).toHaveLength(exemptions);
	});
});

it.each(['', 'a'.repeat(37), "'; --", 'ada \0'])('undoFix rejects %j without a query', async (attemptId) => {
	const ports = await fixed();
	expect(await undo(ports, attemptId)).toEqual({ kind: 'unknown' });
	expect(ports.script.calls).toEqual([]);
	expect(await undo(ports, 'ada')).toEqual({ kind: 'unknown' });
});
