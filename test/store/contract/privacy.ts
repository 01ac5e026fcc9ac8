import { describe, expect, it } from 'vitest';
import { isPseudonym } from '../../../src/reconciliation/domain/audit.js';
import { FORGOTTEN_NAME } from '../../../src/reconciliation/privacy/person-data.js';
import { Prisma } from '../../../src/store/client/client.js';
import type { Database } from '../../../src/store/connection/database.js';
import { auditOf } from '../audit.js';
import { drift, ledgerOf, minute, NOTICES, run, snowflake } from '../builders.js';

export function privacyContract(database: () => Database): void {
	const tables = Object.values(Prisma.ModelName);
	/** Every row of every table, as text. */
	const dump = async (names: readonly string[] = tables) => {
		const rows: string[] = [];
		for (const name of names) {
			const found = await database().prisma.$queryRaw<{ row: string }[]>`
				SELECT t::text AS row FROM ${Prisma.raw(`$schema."${name}"`)} AS t ORDER BY 1`;
			rows.push(...found.map(({ row }) => `${name}: ${row}`));
		}
		return rows;
	};
	const mentions = async (...texts: string[]) => (await dump()).filter((row) => texts.some((text) => row.includes(text)));

	/** A member with links, an exemption, issues, a fix, an undo and notices; an operator; and another member like them. */
	const scene = async () => {
		const { ledger, guildId } = ledgerOf(database());
		const [ada, bob, operator] = [snowflake(), snowflake(), snowflake()];
		const suffix = ada.slice(-8);
		const names = { ada: `Ada Lovelace ${suffix}`, bob: `Bob Kahn ${suffix}` };
		const customers = { ada: `cus_ada${suffix}`, bob: `cus_bob${suffix}`, shared: `cus_both${suffix}` };
		const of = (who: 'ada' | 'bob', discordId: string) =>
			drift(discordId, {
				discordName: names[who],
				customerIds: [customers[who], customers.shared],
				stripeStatus: `sub_${who}${suffix} is active (${customers[who]})`
			});
		for (const [discordId, customerId] of [
			[ada, customers.ada],
			[bob, customers.bob]
		] as const)
			await ledger.writeLink({ discordId, customerId, actor: operator, at: minute(0) });
		await database().prisma.seenDebt.create({ data: { subscriptionId: `sub_ada${suffix}`, firstSeenAt: minute(0) } });
		const queued = { guildId, version: '1', firstAt: minute(0), queuedAt: minute(0), dueAt: minute(0), urgent: false };
		const data = [`member:${ada}`, `customer:${customers.ada}`, `member:${bob}`].map((subject) => ({ ...queued, subject }));
		await database().prisma.change.createMany({ data });
		const { runId, found } = await run(ledger, minute(1), [of('ada', ada), of('bob', bob)], {
			notices: {
				...NOTICES,
				malformedLinks: [{ customerId: customers.ada, value: `@${names.ada}` }],
				contestedLinks: [{ customerId: customers.shared, values: [ada, bob] }]
			}
		});
		const issueOf = (discordId: string) => {
			const issue = found.find((each) => each.discordId === discordId);
			if (issue === undefined) throw new Error('Not found.');
			return issue;
		};
		const claim = async (discordId: string) => {
			const { id, planHash } = issueOf(discordId);
			const claimed = await ledger.claimIssue(id, planHash, operator, runId, 60);
			if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
			return claimed.claim.attemptId;
		};
		const end = { rolesBefore: [], rolesAfter: ['Knight'], at: minute(2) };
		await ledger.endAttempt(await claim(ada), { ...end, outcome: 'FAILED', error: `Discord refused ${names.ada} <@${ada}>.` });
		for (const discordId of [ada, bob])
			await ledger.exempt({ discordId, reason: `${names.ada} is away`, until: null, actor: operator }, minute(3));
		return { ledger, guildId, ada, bob, operator, names, customers, suffix, runId, issueOf, claim, end };
	};

	describe('readStoredData', () => {
		it('counts and contains everything that is stored about a person, and nothing of another', async () => {
			const { ledger, ada, bob, names, customers } = await scene();
			const { counts, tables } = await ledger.readStoredData(ada);
			expect(counts).toEqual({ links: 1, exemptions: 1, issues: 1, attempts: 1, runs: 1, audit: 3, decisions: 0, other: 3 });
			const text = JSON.stringify(tables);
			for (const part of [ada, names.ada, customers.ada, 'Discord refused', 'is away']) expect(text).toContain(part);
			expect(text.replaceAll(`"${bob}"`, '')).not.toContain(bob);
			for (const part of [names.bob, customers.bob]) expect(text).not.toContain(part);
		});

		it('finds nothing about someone unknown', async () => {
			const { counts, tables } = await ledgerOf(database()).ledger.readStoredData(snowflake());
			expect([Object.values(counts).every((count) => count === 0), tables]).toEqual([true, {}]);
		});
	});

	describe('forget', () => {
		it('leaves no ID and no name of the person in any table', async () => {
			const { ledger, ada, operator, names, customers, suffix } = await scene();
			const theirs = [ada, customers.ada, `sub_ada${suffix}`];
			expect((await mentions(...theirs)).length).toBeGreaterThan(8);
			expect(await ledger.forget({ discordId: ada, actor: operator, at: minute(9) })).toEqual({ kind: 'forgotten', runIds: [] });
			expect(await mentions(...theirs)).toEqual([]);
			// Nor a row that is about them alone, with something else in place of the ID.
			for (const name of ['Member', 'Exemption', 'SeenDebt', 'Change', 'Payer'])
				expect((await dump([name])).filter((row) => row.includes('person:'))).toEqual([]);
			// Bob's exemption has a reason that an operator wrote.
			expect((await mentions(names.ada)).every((row) => /^(Exemption|AuditDetail): .* is away/.test(row))).toBe(true);
			expect((await ledger.readStoredData(ada)).counts).toEqual({
				...{ links: 0, exemptions: 0, issues: 0, attempts: 0, runs: 0, audit: 0, decisions: 0, other: 0 }
			});
		});

		it('keeps counts, and everything about others', async () => {
			const { ledger, guildId, ada, bob, operator, names, customers, runId } = await scene();
			const before = await ledger.changesOf(bob, 10);
			const issues = await database().prisma.issue.count();
			await ledger.forget({ discordId: ada, actor: operator, at: minute(9) });
			expect(await ledger.changesOf(bob, 10)).toEqual(before);
			expect(await database().prisma.issue.count()).toBe(issues);
			expect((await database().prisma.change.findMany({ where: { guildId } })).map(({ subject }) => subject)).toEqual([`member:${bob}`]);
			const report = await ledger.readReport(runId);
			expect(report?.result).toMatchObject({ issuesFound: 2, membersChecked: 40 });
			expect(report?.result.issues.map(({ discordName }) => discordName).sort()).toEqual([names.bob, FORGOTTEN_NAME].sort());
			expect(report?.result.issues.find(({ discordId }) => discordId === bob)).toMatchObject({
				customerIds: [customers.bob, customers.shared]
			});
			expect(report?.result.notices?.contestedLinks[0]?.values).toContain(bob);
		});

		it('leaves the audit log as it was, and unreadable for the person', async () => {
			const { ledger, guildId, ada, operator } = await scene();
			const before = await dump(['AuditLog']);
			await ledger.forget({ discordId: ada, actor: operator, at: minute(9) });
			const after = await dump(['AuditLog']);
			expect(after).toEqual(expect.arrayContaining(before));
			expect(after).toHaveLength(before.length + 1);
			const entries = await auditOf(database(), { guildId });
			expect(
				entries
					.filter(({ subject }) => isPseudonym(subject ?? ''))
					.map(({ action, actor, detail, after }) => [action, actor, detail, after])
			).toEqual([
				['link', operator, null, null],
				['fix', operator, null, null],
				['exempt', operator, null, null],
				['forget', operator, null, null]
			]);
			expect(await auditOf(database(), { subject: ada })).toEqual([]);
			const [detail] = await database().prisma.auditDetail.findMany({ take: 1 });
			await expect(database().prisma.auditDetail.delete({ where: { auditId: detail?.auditId ?? '' } })).rejects.toThrow(/refused .*P0001/);
			await expect(
				database().prisma.auditDetail.update({ where: { auditId: detail?.auditId ?? '' }, data: { detail: 'x' } })
			).rejects.toThrow(/refused .*P0001/);
		});

		it('settles their open issue; drift that is found again is that of a new person', async () => {
			const { ledger, ada, operator, issueOf } = await scene();
			await ledger.endExemption((await ledger.exemptionsInForce(minute(4))).find(({ discordId }) => discordId === ada)?.id ?? '', {
				actor: operator,
				at: minute(4)
			});
			const again = await run(ledger, minute(5), [drift(ada)]);
			expect(again.found[0]?.id).not.toBe(issueOf(ada).id);
			await ledger.forget({ discordId: ada, actor: operator, at: minute(9) });
			expect(await ledger.liveIssueOf(ada)).toBeNull();
			const settled = { status: 'RESOLVED', liveKey: null, settledAt: minute(9) };
			expect(await database().prisma.issue.findUnique({ where: { id: again.found[0]?.id ?? '' } })).toMatchObject(settled);
			expect((await ledger.undoableFixes('', 10)).length).toBe(0);
			expect(await ledger.subjectOf(issueOf(ada).id)).toBeNull();
			const { found } = await run(ledger, minute(10), [drift(ada)]);
			expect(found).toMatchObject([{ discordId: ada, timesSeen: 1 }]);
		});

		it('forgets who changed their roles, and that nothing is missing from before', async () => {
			const { ledger, ada, bob, operator } = await scene();
			const change = (discordId: string) => ({
				entryId: `e${discordId}`,
				discordId,
				roleId: '5',
				granted: true,
				by: operator,
				byBot: false,
				at: minute(1)
			});
			await ledger.recordRoleChanges([change(ada), change(bob)], { coveredSince: minute(0), lastEntryId: 'e', roleIds: ['5'] });
			await ledger.forget({ discordId: ada, actor: operator, at: minute(9) });
			expect(await ledger.roleChangesOf([ada, bob])).toEqual([change(bob)]);
			expect(await ledger.roleHistoryCursor()).toMatchObject({ coveredSince: minute(9), lastEntryId: 'e' });
		});

		it('refuses while an issue of theirs is being fixed, alone or in a bulk fix', async () => {
			const { ledger, ada, operator, runId } = await scene();
			const forget = () => ledger.forget({ discordId: ada, actor: operator, at: minute(9) });
			await ledger.endExemption((await ledger.exemptionsInForce(minute(4))).find(({ discordId }) => discordId === ada)?.id ?? '', {
				actor: operator,
				at: minute(4)
			});
			const { found, runId: newest } = await run(ledger, minute(5), [drift(ada)]);
			const [issue] = found;
			const claimed = await ledger.claimIssue(issue?.id ?? '', issue?.planHash ?? '', operator, newest, 60);
			const before = await dump();
			expect(await forget()).toEqual({ kind: 'refused', why: 'fix-in-progress' });
			expect(await dump()).toEqual(before);
			if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
			await ledger.endAttempt(claimed.claim.attemptId, { outcome: 'FAILED', rolesBefore: [], rolesAfter: [], error: null, at: minute(6) });
			const issues = [{ id: issue?.id ?? '', planHash: issue?.planHash ?? '' }];
			const bulk = await ledger.startBulk({ runId, scope: 'all', actor: operator, actorName: 'grace', issues }, 'holder', 60);
			expect(await forget()).toEqual({ kind: 'refused', why: 'bulk-in-progress' });
			await ledger.endBulk(bulk, minute(7));
			expect(await forget()).toMatchObject({ kind: 'forgotten' });
		});

		it('forgets an operator, also one who does it', async () => {
			const { ledger, guildId, bob, operator } = await scene();
			expect((await ledger.readStoredData(operator)).counts.decisions).toBe(5);
			await ledger.forget({ discordId: operator, actor: operator, at: minute(9) });
			expect(await mentions(operator)).toEqual([]);
			const [newest] = (await ledger.changesOf(bob, 10)).newest;
			expect(isPseudonym(newest?.actor ?? '')).toBe(true);
			expect((await auditOf(database(), { guildId })).at(-1)).toMatchObject({ action: 'forget' });
		});
	});
}
