import { describe, expect, it } from 'vitest';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import type { FixOutcome } from '../../../src/reconciliation/domain/issue.js';
import type { AttemptEnd, ClaimResult, Ledger } from '../../../src/reconciliation/domain/ports.js';
import type { Database } from '../../../src/store/connection/database.js';
import { auditOf } from '../audit.js';
import { detection, drift, ledgerOf, minute, oneIssue, run, runStart, snowflake } from '../builders.js';

export function claimContract(database: () => Database): void {
	const ended = (outcome: FixOutcome, changes: Partial<AttemptEnd> = {}): AttemptEnd => ({
		outcome,
		rolesBefore: [],
		rolesAfter: ['Knight'],
		error: null,
		at: minute(5),
		...changes
	});
	const change = (changes: Partial<Parameters<Ledger['beginChange']>[1]> = {}) => ({
		seconds: 60,
		callSeconds: 20,
		rolesBefore: [],
		at: new Date(),
		...changes
	});
	const attemptOf = (result: ClaimResult) => {
		if (result.kind !== 'claimed') throw new Error(`Not claimed: ${result.kind}`);
		return result.claim.attemptId;
	};
	/** An open issue, and a function that claims it. */
	const scene = async (seconds = 60) => {
		const { ledger, guildId } = ledgerOf(database());
		const { issue, runId } = await oneIssue(ledger);
		const claim = (actor = '42', hash = issue.planHash) => ledger.claimIssue(issue.id, hash, actor, runId, seconds);
		const status = async () => (await database().prisma.issue.findUniqueOrThrow({ where: { id: issue.id } })).status;
		const state = async () => (await ledger.issueStates([issue.id])).get(issue.id);
		return { ledger, guildId, issue, runId, claim, status, state };
	};

	describe('countTaken', () => {
		it('counts the members from whom automatic fixes took access lately, each once', async () => {
			const { ledger } = ledgerOf(database());
			const taken = (effect: 'removes' | 'lowers' | 'grants') => ({
				...drift(snowflake()),
				plan: effect === 'grants' ? { add: ['Knight'], remove: [] } : { add: [], remove: ['Knight'] },
				effect
			});
			const { runId, found } = await run(ledger, minute(0), [
				taken('removes'),
				taken('removes'),
				taken('lowers'),
				taken('grants'),
				taken('removes')
			]);
			const fix = async (index: number, actor: string, at: Date, outcome: FixOutcome = 'FIXED') => {
				const issue = found[index];
				if (issue === undefined) throw new Error('There is no such issue.');
				await ledger.endAttempt(attemptOf(await ledger.claimIssue(issue.id, issue.planHash, actor, runId, 60)), ended(outcome, { at }));
			};
			await fix(0, 'reeve', minute(10), 'FAILED');
			await fix(0, 'reeve', minute(11));
			await fix(1, '42', minute(11));
			await fix(2, 'reeve', minute(12));
			await fix(3, 'reeve', minute(12));
			await fix(4, 'reeve', minute(1));
			expect(await ledger.countTaken(minute(5))).toEqual({ removes: 1, lowers: 1 });
			expect(await ledger.countTaken(minute(0))).toEqual({ removes: 2, lowers: 1 });
			expect(await ledgerOf(database()).ledger.countTaken(minute(0))).toEqual({ removes: 0, lowers: 0 });
		});
	});

	describe('claimIssue', () => {
		it('grants one of twenty concurrent claims and names its holder to the others', async () => {
			const { claim, issue } = await scene();
			const results = await Promise.all(Array.from({ length: 20 }, (_, index) => claim(`${index}`)));
			const winners = results.flatMap((result, index) => (result.kind === 'claimed' ? [`${index}`] : []));
			expect(winners).toHaveLength(1);
			const others = results.filter(({ kind }) => kind !== 'claimed');
			for (const other of others) expect(other).toMatchObject({ kind: 'busy', actor: winners[0] });
			expect(others).toHaveLength(19);
			const attempts = await database().prisma.fixAttempt.findMany({ where: { issueId: issue.id } });
			expect(attempts).toMatchObject([{ actor: winners[0], outcome: null }]);
		});

		it('stores the actor, the run and the plan before a role changes', async () => {
			const { ledger, claim, issue, runId } = await scene();
			const result = await claim('42');
			expect(result).toMatchObject({ kind: 'claimed', claim: { issue } });
			await ledger.beginChange(attemptOf(result), change({ rolesBefore: ['Lord'] }));
			const attempt = await database().prisma.fixAttempt.findUniqueOrThrow({ where: { id: attemptOf(result) } });
			expect(attempt).toMatchObject({
				issueId: issue.id,
				runId,
				actor: '42',
				planHash: issue.planHash,
				add: ['Knight'],
				remove: [],
				rolesBefore: ['Lord'],
				outcome: null
			});
			expect(Math.abs(attempt.startedAt.getTime() - Date.now())).toBeLessThan(60_000);
		});

		it('refuses a claim on a plan that has changed', async () => {
			const { ledger, claim, issue, status } = await scene();
			expect(await claim('42', '00000000')).toEqual({ kind: 'plan-changed', issue });
			expect(await status()).toBe('OPEN');
			const now = drift(issue.discordId, { plan: { add: ['Lord'], remove: [] } });
			await run(ledger, minute(1), [now]);
			expect(await claim('42')).toMatchObject({ kind: 'plan-changed', issue: { id: issue.id, plan: now.plan, timesSeen: 2 } });
		});

		it('does not know an issue of another guild', async () => {
			const { issue, runId, claim } = await scene();
			expect(await ledgerOf(database()).ledger.claimIssue(issue.id, issue.planHash, '42', runId, 60)).toEqual({ kind: 'unknown' });
			expect(await ledgerOf(database()).ledger.claimIssue('nothing', issue.planHash, '42', runId, 60)).toEqual({ kind: 'unknown' });
			expect((await claim()).kind).toBe('claimed');
		});

		it('returns who settled an issue and when, and no one if it went away by itself', async () => {
			const { ledger, claim, status } = await scene();
			await ledger.endAttempt(attemptOf(await claim('42')), ended('FIXED'));
			expect(await claim('43')).toEqual({ kind: 'settled', status: 'FIXED', actor: '42', at: minute(5), undone: false, exempted: false });
			expect(await status()).toBe('FIXED');
			const other = await scene();
			await other.ledger.endAttempt(attemptOf(await other.claim('42')), ended('FAILED'));
			await run(other.ledger, minute(9), []);
			expect(await other.claim('43')).toEqual({
				kind: 'settled',
				status: 'RESOLVED',
				actor: null,
				at: minute(9),
				undone: false,
				exempted: false
			});
		});

		it('does not grant an expired claim before it is recovered', async () => {
			const { ledger, claim } = await scene(0);
			await claim('42');
			expect(await claim('43')).toMatchObject({ kind: 'busy', actor: '42' });
			const [interrupted] = await ledger.interruptedAttempts(60);
			await ledger.endAttempt(interrupted?.attemptId ?? '', ended('INTERRUPTED'));
			expect(await claim('43')).toMatchObject({ kind: 'claimed' });
		});

		it('waits for findings that are being stored, and is not lost', async () => {
			const { ledger, claim, issue, status } = await scene();
			const runId = (await ledger.startRun(runStart(minute(1)))) as string;
			const others = Array.from({ length: 3_000 }, () => drift(snowflake()));
			const recording = ledger.recordFindings(runId, { detection: detection(others), livemode: true, subscriptionsRead: 1, at: minute(1) });
			const [claimed] = await Promise.all([claim(), recording]);
			// In either order: the issue is being fixed, or it is gone. Never open and forgotten.
			expect([claimed.kind, await status()]).toEqual(claimed.kind === 'claimed' ? ['claimed', 'FIXING'] : ['settled', 'RESOLVED']);
			expect(await database().prisma.issue.count({ where: { id: issue.id, status: 'FIXING', liveKey: null } })).toBe(0);
		});
	});

	describe('beginChange', () => {
		const exempt = ({ ledger, issue }: Awaited<ReturnType<typeof scene>>) =>
			ledger.exempt({ discordId: issue.discordId, reason: 'guest', until: null, actor: '7' }, new Date());

		it('announces a role call until it ends, with the roles before the first', async () => {
			const { ledger, claim, issue } = await scene();
			const attempt = attemptOf(await claim());
			const isChanging = () => ledger.isChanging({ discordId: issue.discordId });
			expect(await isChanging()).toBe(false);
			expect(await ledger.beginChange(attempt, change({ rolesBefore: ['Lord'] }))).toBe('GRANTED');
			expect(await isChanging()).toBe(true);
			expect(await ledger.isChanging({ discordId: snowflake() })).toBe(false);
			expect(await ledgerOf(database()).ledger.isChanging({ discordId: issue.discordId })).toBe(false);
			await ledger.endChange(attempt);
			expect(await isChanging()).toBe(false);
			await ledger.beginChange(attempt, change({ rolesBefore: ['Knight'] }));
			await ledger.endAttempt(attempt, ended('FAILED'));
			expect(await isChanging()).toBe(false);
			const [interrupted] = await database().prisma.fixAttempt.findMany({ where: { id: attempt } });
			expect(interrupted).toMatchObject({ rolesBefore: [] });
		});

		it('no longer announces a call whose deadline has passed', async () => {
			const { ledger, claim, issue } = await scene();
			await ledger.beginChange(attemptOf(await claim()), change({ callSeconds: 0 }));
			expect(await ledger.isChanging({ discordId: issue.discordId })).toBe(false);
		});

		it('is refused once the claim was taken over or the attempt has ended', async () => {
			const { ledger, claim } = await scene(0);
			const attempt = attemptOf(await claim());
			await ledger.interruptedAttempts(60);
			expect(await ledger.beginChange(attempt, change())).toBe('LOST');
			await ledger.endAttempt(attempt, ended('INTERRUPTED'));
			expect(await ledger.beginChange(attempt, change())).toBe('LOST');
			expect(await ledger.beginChange('nothing', change())).toBe('LOST');
		});

		it('is refused while the member is exempt', async () => {
			const given = await scene();
			const attempt = attemptOf(await given.claim());
			const { exemption } = await exempt(given);
			expect(await given.ledger.beginChange(attempt, change())).toBe('EXEMPT');
			expect(await given.ledger.isChanging({ discordId: given.issue.discordId })).toBe(false);
			await given.ledger.endExemption(exemption.id, { actor: '7', at: new Date() });
			expect(await given.ledger.beginChange(attempt, change({ at: new Date(Date.now() + 1) }))).toBe('GRANTED');
		});

		it('is granted to an undo until another exemption replaces its own', async () => {
			const given = await scene();
			await given.ledger.endAttempt(attemptOf(await given.claim()), ended('FIXED'));
			const [fix] = await database().prisma.fixAttempt.findMany({ where: { issueId: given.issue.id } });
			const exemptUntil = new Date(Date.now() + 3_600_000);
			const order = { fixId: fix?.id ?? '', actor: '42', seconds: 60, at: new Date(), exemptUntil, reason: 'undo' };
			const undo = await given.ledger.claimUndo(order);
			const attempt = undo.kind === 'claimed' ? undo.claim.attemptId : '';
			expect(await given.ledger.beginChange(attempt, change())).toBe('GRANTED');
			await given.ledger.endChange(attempt);
			await exempt(given);
			expect(await given.ledger.beginChange(attempt, change({ at: new Date(Date.now() + 1) }))).toBe('EXEMPT');
		});

		it('is refused to the automatic fixes of a scheduled run while the daily runs are paused', async () => {
			const { ledger } = ledgerOf(database());
			const runOf = async (triggeredBy: 'scheduled' | 'manual') => {
				const runId = (await ledger.startRun(runStart(minute(0), { triggeredBy }))) as string;
				const found = { detection: detection([drift(snowflake())]), livemode: true, subscriptionsRead: 1, at: minute(0) };
				const [issue] = await ledger.recordFindings(runId, found);
				return (actor: string) => ledger.claimIssue(issue?.id ?? '', issue?.planHash ?? '', actor, runId, 60);
			};
			const scheduled = attemptOf(await (await runOf('scheduled'))('reeve'));
			const manual = attemptOf(await (await runOf('manual'))('reeve'));
			const byOperator = attemptOf(await (await runOf('scheduled'))('42'));
			expect(await ledger.beginChange(scheduled, change())).toBe('GRANTED');
			expect(await ledger.isChanging('scheduled-run')).toBe(true);
			await ledger.endChange(scheduled);
			await ledger.startPause({ pausedAt: new Date(), pausedBy: '7', reason: null, until: null });
			expect(await ledger.beginChange(scheduled, change())).toBe('PAUSED');
			expect(await ledger.beginChange(manual, change())).toBe('GRANTED');
			expect(await ledger.beginChange(byOperator, change())).toBe('GRANTED');
			expect(await ledger.isChanging('scheduled-run')).toBe(false);
		});

		it('is either refused by an exemption stored at the same time, or seen by it', async () => {
			for (let round = 0; round < 10; round++) {
				const given = await scene();
				const attempt = attemptOf(await given.claim());
				const exempting = exempt(given).then(() => given.ledger.isChanging({ discordId: given.issue.discordId }));
				const [permission, seen] = await Promise.all([given.ledger.beginChange(attempt, change()), exempting]);
				if (permission === 'GRANTED') expect(seen).toBe(true);
			}
		});
	});

	describe('endAttempt', () => {
		it('settles the issue when it was fixed, was gone or the member is exempt', async () => {
			for (const [outcome, after] of [
				['FIXED', 'FIXED'],
				['RESOLVED', 'RESOLVED'],
				['EXEMPT', 'RESOLVED']
			] as const) {
				const { ledger, claim, issue } = await scene();
				await ledger.endAttempt(attemptOf(await claim()), ended(outcome));
				const row = await database().prisma.issue.findUniqueOrThrow({ where: { id: issue.id } });
				expect(row).toMatchObject({ status: after, liveKey: null, settledAt: minute(5) });
			}
		});

		it('leaves the issue open after a failed attempt', async () => {
			for (const outcome of ['NOT_APPLIED', 'FAILED', 'INTERRUPTED'] as const) {
				const { ledger, claim, status } = await scene();
				await ledger.endAttempt(attemptOf(await claim()), ended(outcome, { error: 'Drag the role above Lord.' }));
				expect(await status()).toBe('OPEN');
				expect((await claim()).kind).toBe('claimed');
			}
		});

		it('leaves the issue open with the new plan when the plan changed', async () => {
			const { ledger, claim, issue, state } = await scene();
			const newDrift = drift(issue.discordId, { type: 'ROLE_MISMATCH', severity: 'MEDIUM', plan: { add: ['Lord'], remove: ['Knight'] } });
			await ledger.endAttempt(attemptOf(await claim()), ended('PLAN_CHANGED', { newDrift }));
			const hash = planHash(newDrift);
			expect(await state()).toMatchObject({ status: 'OPEN', planHash: hash, detail: newDrift });
			expect(await claim('42', issue.planHash)).toMatchObject({
				kind: 'plan-changed',
				issue: { plan: newDrift.plan, type: 'ROLE_MISMATCH' }
			});
			expect(await claim('42', hash)).toMatchObject({
				kind: 'claimed',
				claim: { issue: { id: issue.id, firstSeenAt: issue.firstSeenAt } }
			});
		});

		it('ends an attempt once, with one audit entry', async () => {
			const { ledger, claim, issue, status } = await scene();
			const attempt = attemptOf(await claim('42'));
			const ends = await Promise.all([ledger.endAttempt(attempt, ended('FIXED')), ledger.endAttempt(attempt, ended('FIXED'))]);
			const stored = {
				kind: 'fix',
				issue: { id: issue.id, discordId: issue.discordId },
				actor: '42',
				outcome: 'FIXED',
				runId: expect.any(String)
			};
			expect(ends.filter((end) => end !== null)).toMatchObject([stored]);
			expect(await ledger.endAttempt(attempt, ended('FAILED', { error: 'too late' }))).toBeNull();
			expect(await status()).toBe('FIXED');
			expect(await auditOf(database(), { subject: issue.discordId })).toMatchObject([
				{ at: minute(5), actor: '42', action: 'fix', before: [], after: ['Knight'], outcome: 'FIXED', detail: null }
			]);
		});

		it('is visible in the issue state: in progress, then its outcome', async () => {
			const { ledger, claim, issue, state } = await scene();
			const open = { status: 'OPEN', planHash: issue.planHash, fixingBy: null, settledAt: null, lastAttempt: null };
			expect(await state()).toMatchObject(open);
			const attempt = attemptOf(await claim('42'));
			expect(await state()).toMatchObject({ status: 'FIXING', fixingBy: '42', lastAttempt: { actor: '42', outcome: null } });
			await ledger.endAttempt(attempt, ended('FAILED', { error: 'Left the server.', rolesAfter: null }));
			expect(await state()).toMatchObject({
				...open,
				lastAttempt: { actor: '42', outcome: 'FAILED', error: 'Left the server.', at: minute(5), rolesBefore: [], rolesAfter: null }
			});
			await ledger.endAttempt(attemptOf(await claim('43')), ended('FIXED', { at: minute(6) }));
			expect(await state()).toMatchObject({
				status: 'FIXED',
				fixingBy: null,
				settledAt: minute(6),
				lastAttempt: { actor: '43', outcome: 'FIXED' }
			});
		});

		it('names the run whose automatic fix settled the issue; none for the fix of an operator', async () => {
			const automatic = await scene();
			await automatic.ledger.endAttempt(attemptOf(await automatic.claim('reeve')), ended('FIXED'));
			expect((await automatic.state())?.autoFixedBy).toEqual([automatic.runId]);
			const byHand = await scene();
			await byHand.ledger.endAttempt(attemptOf(await byHand.claim('42')), ended('FIXED'));
			expect((await byHand.state())?.autoFixedBy).toBeUndefined();
		});

		it('reads the states of many issues at once, of its own guild only', async () => {
			const { ledger } = ledgerOf(database());
			const { found } = await run(
				ledger,
				minute(0),
				Array.from({ length: 2_500 }, () => drift(snowflake()))
			);
			const { issue: foreign } = await oneIssue(ledgerOf(database()).ledger);
			const states = await ledger.issueStates([...found.map(({ id }) => id), foreign.id, 'nothing']);
			expect(new Set(states.keys())).toEqual(new Set(found.map(({ id }) => id)));
			expect(await ledger.issueStates([])).toEqual(new Map());
		});
	});

	describe('interruptedAttempts', () => {
		it('gives an interrupted attempt to one process, with its plan and the roles before', async () => {
			const { ledger, guildId, issue, claim } = await scene(0);
			const attempt = attemptOf(await claim('42'));
			await ledger.beginChange(attempt, change({ seconds: 0, rolesBefore: ['Lord'] }));
			const found = await Promise.all(Array.from({ length: 5 }, () => ledgerOf(database(), guildId).ledger.interruptedAttempts(60)));
			expect(found.flat()).toMatchObject([
				{ attemptId: attempt, issue, actor: '42', plan: { add: ['Knight'], remove: [] }, rolesBefore: ['Lord'], undoes: null }
			]);
			expect(await ledgerOf(database()).ledger.interruptedAttempts(60)).toEqual([]);
		});

		it('gives the next claims of the plan what earlier attempts did, however many were interrupted since', async () => {
			const { ledger, claim } = await scene(60);
			const first = await claim();
			expect(first).toMatchObject({ claim: { earlier: null } });
			await ledger.endAttempt(attemptOf(first), { ...ended('INTERRUPTED'), rolesBefore: null });
			const second = await claim();
			expect(second).toMatchObject({ claim: { earlier: null } });
			await ledger.endAttempt(attemptOf(second), { ...ended('INTERRUPTED'), rolesBefore: ['Debtor'], rolesAfter: ['Debtor', 'Knight'] });
			const earlier = { plan: { add: ['Knight'], remove: [] }, rolesBefore: ['Debtor'], rolesAfter: ['Debtor', 'Knight'] };
			for (let crashes = 0; crashes < 3; crashes++) {
				const again = await claim();
				expect(again).toMatchObject({ claim: { earlier } });
				await ledger.endAttempt(attemptOf(again), { ...ended('INTERRUPTED'), rolesBefore: null, rolesAfter: ['Debtor', 'Knight'] });
			}
			const refused = await claim();
			await ledger.endAttempt(attemptOf(refused), ended('FAILED', { rolesBefore: ['Debtor', 'Knight'], rolesAfter: ['Knight'] }));
			expect(await claim()).toMatchObject({ claim: { earlier: { ...earlier, rolesAfter: ['Knight'] } } });
		});

		it('does not give the work of attempts before the issue was settled', async () => {
			const { ledger, claim, issue } = await scene(60);
			await ledger.endAttempt(attemptOf(await claim()), ended('INTERRUPTED'));
			await ledger.endAttempt(attemptOf(await claim()), ended('FIXED'));
			const { found } = await run(ledger, minute(10), [issue]);
			expect(found).toMatchObject([{ id: issue.id }]);
			expect(await claim()).toMatchObject({ kind: 'claimed', claim: { earlier: null } });
		});

		it('claims an issue for which a run has found what is left of the approved plan', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const whole = { plan: { add: ['Lord'], remove: ['Debtor', 'Knight'] }, discordRoles: ['Debtor', 'Knight'], expectedRoles: ['Lord'] };
			const { issue, runId } = await oneIssue(ledger, minute(0), drift(snowflake(), whole));
			const claim = () => ledger.claimIssue(issue.id, issue.planHash, '42', runId, 60);
			const held = ['Debtor', 'Knight', 'Lord'];
			await ledger.endAttempt(attemptOf(await claim()), ended('INTERRUPTED', { rolesBefore: ['Debtor', 'Knight'], rolesAfter: held }));
			const rest = { ...whole, plan: { add: [], remove: ['Debtor', 'Knight'] }, discordRoles: held };
			await run(ledger, minute(1), [drift(issue.discordId, rest)]);
			const claimed = await claim();
			expect(claimed).toMatchObject({ claim: { issue: { plan: rest.plan }, earlier: { plan: whole.plan, rolesAfter: held } } });
			await ledger.endAttempt(attemptOf(claimed), ended('INTERRUPTED', { rolesBefore: null, rolesAfter: held }));
			// The same roles to revoke, but the member no longer pays: another plan.
			await run(ledger, minute(2), [drift(issue.discordId, { ...rest, expectedRoles: [], plan: { add: [], remove: held } })]);
			expect(await claim()).toMatchObject({ kind: 'plan-changed' });
			expect(await ledgerOf(database(), guildId).ledger.claimIssue(issue.id, '00000000', '42', runId, 60)).toMatchObject({
				kind: 'plan-changed'
			});
		});

		it('returns no attempt that is in progress or has ended', async () => {
			const { ledger, claim } = await scene(60);
			const attempt = attemptOf(await claim());
			expect(await ledger.interruptedAttempts(60)).toEqual([]);
			await ledger.renewClaim(attempt, 0);
			await ledger.endAttempt(attempt, ended('FAILED'));
			expect(await ledger.interruptedAttempts(60)).toEqual([]);
		});

		it('takes the claim away from a holder that was only slow', async () => {
			const { ledger, claim } = await scene(0);
			const attempt = attemptOf(await claim('42'));
			expect(await ledger.renewClaim(attempt, 0)).toBe(true);
			expect(await ledger.interruptedAttempts(60)).toHaveLength(1);
			expect(await ledger.renewClaim(attempt, 60)).toBe(false);
		});

		it('does not let a claim be renewed after its attempt ended', async () => {
			const { ledger, claim } = await scene();
			const attempt = attemptOf(await claim());
			await ledger.endAttempt(attempt, ended('FIXED'));
			expect(await ledger.renewClaim(attempt, 60)).toBe(false);
			expect(await ledger.renewClaim('nothing', 60)).toBe(false);
		});
	});
}
