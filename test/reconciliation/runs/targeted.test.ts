import { describe, expect, it } from 'vitest';
import { RunInProgressError, runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { ADA, ago, BOB, customer, row, subscription, team, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

/** A guild in which everyone who pays lacks their role: cus_1 pays for ADA, cus_2 for BOB, cus_3 for the team of 3 and 4. */
function guild(): FakePorts {
	const ports = new FakePorts();
	const put = (number: number, discordId: string | null) => {
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: discordId }));
		ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
	};
	put(1, ADA);
	put(2, BOB);
	put(3, null);
	ports.ledger.teams = [team({ stripeCustomerId: 'cus_3' })];
	ports.ledger.rows = [3, 4].map((n) => row({ id: `m_${n}`, discordId: userId(n), teamId: 't_1', seatTier: 'TEAM_MEMBER' }));
	for (const n of [1, 2, 3, 4, 5]) ports.guild.join(userId(n));
	return ports;
}

const targeted = (ports: FakePorts, touched: { discordIds?: readonly string[]; customerIds?: readonly string[] }, settings = SETTINGS) =>
	runReconciliation(ports, settings, { triggeredBy: 'targeted', touched: { discordIds: [], customerIds: [], ...touched } });

describe('a targeted run', () => {
	it('compares the members touched and those for whom the customers touched pay, and no one else', async () => {
		const ports = guild();
		const result = await targeted(ports, { discordIds: [ADA], customerIds: ['cus_3'] });
		expect(result).toMatchObject({ triggeredBy: 'targeted', onlyMember: null, onlyMembers: [ADA, userId(3), userId(4)] });
		expect(result?.issues.map(({ discordId }) => discordId)).toEqual([ADA, userId(3), userId(4)]);
		expect(result).toMatchObject({ membersChecked: 3, issuesFound: 3 });
	});

	it('leaves the issues of others as they are, and resolves those of the members it compares', async () => {
		const ports = guild();
		await runReconciliation(ports, SETTINGS);
		ports.guild.join(ADA, 'Knight');
		ports.guild.join(BOB, 'Knight');
		await targeted(ports, { discordIds: [ADA] });
		const statusOf = (id: string) => [...ports.ledger.issues.values()].find(({ discordId }) => discordId === id)?.status;
		expect([ADA, BOB, userId(3)].map(statusOf)).toEqual(['RESOLVED', 'OPEN', 'OPEN']);
	});

	it('resolves the issue of a payer who has left the guild, found by their customer', async () => {
		const ports = guild();
		await runReconciliation(ports, SETTINGS);
		ports.guild.roles.delete(BOB);
		const result = await targeted(ports, { customerIds: ['cus_2'] });
		expect(result).toMatchObject({ onlyMembers: [BOB], issuesFound: 0 });
		expect([...ports.ledger.issues.values()].find(({ discordId }) => discordId === BOB)?.status).toBe('RESOLVED');
	});

	it('names the members whose roles are being changed by another plan, to be compared again', async () => {
		const ports = guild();
		const found = await targeted(ports, { discordIds: [ADA, BOB] });
		const issue = found?.issues.find(({ discordId }) => discordId === ADA);
		await ports.ledger.claimIssue(issue?.id ?? '', issue?.planHash ?? '', '42', found?.runId ?? '', 60);
		expect((await targeted(ports, { discordIds: [ADA, BOB] }))?.postponed).toEqual([]);
		ports.billing.put(subscription({ id: 'sub_1', customerId: 'cus_1', prices: ['price_lord'] }));
		expect((await targeted(ports, { discordIds: [ADA, BOB] }))?.postponed).toEqual([ADA]);
	});

	it('lets another run wait for it, and waits for none', async () => {
		const ports = guild();
		await ports.ledger.acquireLease('another process', 30);
		const start = { startedAt: ports.now(), requestedBy: null, isVerificationRun: false, autoFixEnabled: false, scheduledDay: null };
		const runId = (await ports.ledger.startRun({ ...start, triggeredBy: 'targeted', onlyMember: null, onlyMembers: [ADA] })) ?? '';
		await expect(targeted(ports, { discordIds: [ADA] })).rejects.toThrow(RunInProgressError);
		let waits = 0;
		const sleep = async () => {
			waits += 1;
			if (waits < 3) return;
			await ports.ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: ports.now() });
			await ports.ledger.releaseLease('another process');
		};
		expect(await runReconciliation(Object.assign(ports, { sleep }), SETTINGS)).toMatchObject({ status: 'COMPLETED', issuesFound: 4 });
		expect(waits).toBe(3);
		await ports.ledger.acquireLease('another process', 30);
		await expect(runReconciliation(ports, SETTINGS)).rejects.toThrow(RunInProgressError);
	});

	it('says nothing about others in its notices', async () => {
		const ports = guild();
		ports.billing.put(subscription({ id: 'sub_9', customerId: 'cus_9' }));
		ports.billing.put(subscription({ id: 'sub_8', customerId: 'cus_8', metadataDiscordId: 'no ID' }));
		const result = await targeted(ports, { discordIds: [ADA] });
		expect(result?.notices).toMatchObject({ unclaimed: 0, absent: 0, malformedLinks: [], overclaimedTeams: [] });
	});

	it('is no baseline: how many pay and hold a role, only a full run knows', async () => {
		const ports = guild();
		for (const n of [6, 7, 8, 9, 10]) ports.guild.join(userId(n), 'Knight');
		const full = await runReconciliation(ports, SETTINGS);
		await targeted(ports, { discordIds: [ADA] });
		expect(await ports.ledger.lastGoodRun()).toMatchObject({ runId: full?.runId, roleHolders: 5 });
		expect(ports.ledger.reading()?.runId).toBe(full?.runId);
	});

	it('fixes if automatic fixes are on, and measures what it takes by the last full run', async () => {
		const ports = guild();
		const ended = (n: number) => {
			ports.billing.put(
				subscription({
					id: `sub_${n}`,
					customerId: `cus_${n}`,
					status: 'canceled',
					endedAt: ago({ days: 1 }),
					metadataDiscordId: userId(n)
				})
			);
			ports.guild.join(userId(n), 'Knight');
		};
		for (let n = 20; n < 60; n += 1) {
			ports.billing.put(subscription({ id: `sub_${n}`, customerId: `cus_${n}`, metadataDiscordId: userId(n) }));
			ports.guild.join(userId(n), 'Knight');
		}
		await runReconciliation(ports, SETTINGS);
		const auto = { ...SETTINGS, autoFix: true };
		for (let n = 20; n < 25; n += 1) ended(n);
		// 5 of 40 are more than 10 %.
		const customerIds = [20, 21, 22, 23, 24].map((n) => `cus_${n}`);
		const held = await targeted(ports, { discordIds: [ADA], customerIds }, auto);
		expect(held?.hold).toMatchObject({ losing: 5, holders: 40 });
		expect(held?.issuesFixed).toBe(1);
		expect(ports.guild.holds(ADA)).toEqual(['Knight']);
		expect(ports.guild.holds(userId(20))).toEqual(['Knight']);
		expect(await targeted(ports, { customerIds: customerIds.slice(0, 4) }, auto)).toMatchObject({ hold: null, issuesFixed: 4 });
	});

	it('takes nothing before the first full run has counted the role holders', async () => {
		const ports = guild();
		for (let n = 20; n < 24; n += 1) {
			ports.billing.put(
				subscription({
					id: `sub_${n}`,
					customerId: `cus_${n}`,
					status: 'canceled',
					endedAt: ago({ days: 1 }),
					metadataDiscordId: userId(n)
				})
			);
			ports.guild.join(userId(n), 'Knight');
		}
		const customerIds = [20, 21, 22, 23].map((n) => `cus_${n}`);
		expect(await targeted(ports, { customerIds }, { ...SETTINGS, autoFix: true })).toMatchObject({ hold: { losing: 4 }, issuesFixed: 0 });
	});

	it('holds the cancellations of an hour that together are a bulk, spread over many batches, while grants go on', async () => {
		const ports = new FakePorts();
		const put = (n: number, given: Parameters<typeof subscription>[0] = {}) =>
			ports.billing.put(subscription({ id: `sub_${n}`, customerId: `cus_${n}`, metadataDiscordId: userId(n), ...given }));
		for (let n = 100; n < 200; n += 1) {
			put(n);
			ports.guild.join(userId(n), 'Knight');
		}
		const auto = { ...SETTINGS, autoFix: true };
		await runReconciliation(ports, auto);
		const holds: boolean[] = [];
		for (let n = 100; n < 140; n += 1) {
			ports.pass({ seconds: 60 });
			put(n, { status: 'canceled', endedAt: ports.now() });
			put(n + 200);
			ports.guild.join(userId(n + 200));
			const result = await targeted(ports, { customerIds: [`cus_${n}`, `cus_${n + 200}`] }, auto);
			holds.push(result?.hold !== null);
			expect(ports.guild.holds(userId(n + 200))).toEqual(['Knight']);
		}
		// 10 of 100 are 10 %.
		expect(holds).toEqual([...Array(10).fill(false), ...Array(30).fill(true)]);
		expect(ports.guild.holds(userId(109))).toEqual([]);
		expect(ports.guild.holds(userId(110))).toEqual(['Knight']);
		// The daily run counts them, too.
		expect(await runReconciliation(ports, auto, { triggeredBy: 'scheduled', scheduledDay: '2026-02-11' })).toMatchObject({
			hold: { losing: 30 }
		});
		// An hour later, few are few again.
		ports.pass({ hours: 1 });
		expect(await targeted(ports, { customerIds: ['cus_110', 'cus_111'] }, auto)).toMatchObject({ hold: null, issuesFixed: 2 });
	});

	it('compares what a run over one member takes with all role holders', async () => {
		const ports = new FakePorts();
		const put = (n: number, given: Parameters<typeof subscription>[0] = {}) =>
			ports.billing.put(subscription({ id: `sub_${n}`, customerId: `cus_${n}`, metadataDiscordId: userId(n), ...given }));
		for (let n = 100; n < 200; n += 1) {
			put(n);
			ports.guild.join(userId(n), 'Knight');
		}
		const auto = { ...SETTINGS, autoFix: true };
		await runReconciliation(ports, auto);
		for (let n = 100; n < 106; n += 1) {
			put(n, { status: 'canceled', endedAt: ports.now() });
			ports.pass({ seconds: 60 });
			expect(await runReconciliation(ports, auto, { onlyMember: userId(n) })).toMatchObject({ hold: null, issuesFixed: 1 });
		}
	});

	it('stops fixing when the daily runs are paused meanwhile', async () => {
		const ports = guild();
		await runReconciliation(ports, SETTINGS);
		ports.script.once('ledger.beginChange', () => {
			ports.ledger.paused = true;
		});
		expect(await targeted(ports, { discordIds: [ADA] }, { ...SETTINGS, autoFix: true })).toMatchObject({ issuesFixed: 0 });
		expect(ports.guild.holds(ADA)).toEqual([]);
	});

	it('fails like any other if a source cannot be read', async () => {
		const ports = guild();
		ports.script.once('billing.readAll', () => {
			throw new Error('Stripe is down.');
		});
		expect(await targeted(ports, { discordIds: [ADA] })).toMatchObject({ status: 'FAILED', onlyMembers: [ADA], issues: [] });
	});

	it('compares everyone to catch up', async () => {
		const ports = guild();
		const result = await runReconciliation(ports, SETTINGS, { triggeredBy: 'targeted' });
		expect(result).toMatchObject({ onlyMembers: null, membersChecked: 5, issuesFound: 4 });
		expect(await ports.ledger.lastGoodRun()).toMatchObject({ runId: result?.runId });
	});
});
