import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bySeverity, DRIFT_TYPES, type DriftType, SEVERITIES } from '../../../src/reconciliation/domain/issue.js';
import type { ListedIssue } from '../../../src/reconciliation/fixes/bulk-plan.js';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, run, runStart, snowflake, unpaid } from '../builders.js';

export function openIssueContract(database: () => Database): void {
	describe('openIssues and newestReading', () => {
		it('lists open issues that are not being fixed by severity, all or of one kind', async () => {
			const { ledger } = ledgerOf(database());
			const low = drift(snowflake(), { severity: 'LOW' });
			const { runId, found } = await run(ledger, minute(0), [low, unpaid(snowflake()), drift(snowflake())]);
			const claimed = found[1];
			if (claimed === undefined) throw new Error('nothing was found');
			expect((await ledger.openIssues('all')).map(({ severity, lastRunId }) => [severity, lastRunId])).toEqual([
				['HIGH', runId],
				['HIGH', runId],
				['LOW', runId]
			]);
			expect((await ledger.openIssues('UNAUTHORIZED_ACCESS')).map(({ id }) => id)).toEqual([claimed.id]);
			// Issues of members without a link are of any kind: the plan filters them.
			expect(await ledger.openIssues('UNLINKED')).toHaveLength(3);
			await ledger.claimIssue(claimed.id, claimed.planHash, 'ada', runId, 60);
			expect(await ledger.openIssues('UNAUTHORIZED_ACCESS')).toEqual([]);
		});

		it('returns the counts of the newest completed run over all members', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.newestReading()).toBeNull();
			const { runId } = await run(ledger, minute(0), [], { roleHolders: 17, payingCustomers: 12 });
			const one = (await ledger.startRun(runStart(minute(1), { onlyMember: snowflake() }))) as string;
			await ledger.completeRun(one, { issuesFixed: 0, hold: null, at: minute(1) });
			const failed = (await ledger.startRun(runStart(minute(2)))) as string;
			await ledger.failRun(failed, { reason: 'Stripe is away.', issuesFixed: 0, at: minute(2) });
			expect(await ledger.newestReading()).toEqual({
				runId,
				roleHolders: 17,
				payingCustomers: 12,
				ruleChange: null,
				onboarding: null,
				livemode: true,
				hasSubscriptions: true
			});
		});

		it('keeps the issues of other members during a run over one member', async () => {
			const { ledger } = ledgerOf(database());
			const [ada, bob] = [snowflake(), snowflake()];
			await run(ledger, minute(0), [drift(ada), drift(bob)]);
			const one = (await ledger.startRun(runStart(minute(1), { onlyMember: ada }))) as string;
			await ledger.recordFindings(one, { detection: detection([]), livemode: true, subscriptionsRead: 1, at: minute(1), onlyMember: ada });
			expect((await ledger.openIssues('all')).map(({ discordId }) => discordId)).toEqual([bob]);
		});
	});

	describe('listIssues', () => {
		it('pages through the issues of one status and type by their IDs', async () => {
			const { ledger } = ledgerOf(database());
			const { runId, found } = await run(ledger, minute(0), [
				drift(snowflake()),
				drift(snowflake()),
				drift(snowflake()),
				unpaid(snowflake())
			]);
			const missing = found.filter(({ type }) => type === 'MISSING_ACCESS').map(({ id }) => id);
			const page = (after: string | null) => ledger.listIssues({ status: 'OPEN', type: 'MISSING_ACCESS', after, limit: 2 });
			const first = await page(null);
			const second = await page(first.at(-1)?.id ?? null);
			expect([first, second].map(({ length }) => length)).toEqual([2, 1]);
			expect([...first, ...second].map(({ id }) => id)).toEqual([...missing].sort());
			expect(first[0]).toMatchObject({ status: 'OPEN', lastRunId: runId, effect: 'grants', firstSeenAt: minute(0) });
			expect(await page(second.at(-1)?.id ?? null)).toEqual([]);
			expect(await ledger.listIssues({ status: 'OPEN', type: null, after: null, limit: 9 })).toHaveLength(4);
		});

		it('lists those that are being fixed as open, and the settled ones apart', async () => {
			const { ledger } = ledgerOf(database());
			const { runId, found } = await run(ledger, minute(0), [drift(snowflake()), unpaid(snowflake())]);
			const [one] = found;
			if (one === undefined) throw new Error('nothing was found');
			await ledger.claimIssue(one.id, one.planHash, 'ada', runId, 60);
			const list = (status: 'OPEN' | 'RESOLVED') => ledger.listIssues({ status, type: null, after: null, limit: 9 });
			expect((await list('OPEN')).map(({ status }) => status).sort()).toEqual(['FIXING', 'OPEN']);
			const other = ledgerOf(database());
			await run(other.ledger, minute(0), [drift(snowflake())]);
			await run(other.ledger, minute(1), []);
			expect(await other.ledger.listIssues({ status: 'OPEN', type: null, after: null, limit: 9 })).toEqual([]);
			expect(await other.ledger.listIssues({ status: 'RESOLVED', type: null, after: null, limit: 9 })).toMatchObject([
				{ status: 'RESOLVED' }
			]);
		});
	});

	describe('searchOpenIssues and findOpenIssues', () => {
		it('return the same issues as a search in memory, in the same order, for hostile names and texts', async () => {
			const { ledger } = ledgerOf(database());
			const texts = fc.string({
				unit: fc.constantFrom('a', 'B', 'ä', '9', '%', '_', '\\', "'", '"', ' ', '\0', '\uD83D', '\u{1F451}'),
				maxLength: 3
			});
			const random = <T>(arbitrary: fc.Arbitrary<T>, count: number) => fc.sample(arbitrary, { numRuns: count, seed: 7 });
			const drifts = random(fc.tuple(texts, texts, fc.constantFrom(...DRIFT_TYPES), fc.constantFrom(...SEVERITIES)), 60);
			for (const [round, size] of [20, 40, 60].entries()) {
				const issues = drifts.slice(0, size);
				await run(
					ledger,
					minute(round),
					issues.map(([discordName, description, type, severity], index) =>
						drift(`9000000000000000${10 + index}`, { discordName, description, type, severity })
					)
				);
			}
			const all = (await ledger.openIssues('all')).slice();
			expect(all).toHaveLength(60);
			const ids = (issues: readonly ListedIssue[]) => issues.map(({ id }) => id);
			const some = all[7] as ListedIssue;
			const typed = [
				...random(texts, 60),
				'',
				some.discordId,
				some.id,
				`${some.id}:${some.planHash}`,
				`${some.id}:${some.planHash.slice(0, 3)}`
			];
			for (const text of [...typed, ...all.slice(0, 20).map(({ discordName }) => discordName.toUpperCase())]) {
				for (const kinds of [[], ['ROLE_MISMATCH']] as DriftType[][]) {
					const expected = ids(all.filter((issue) => isFoundBy(issue, text, kinds)));
					expect(ids(await ledger.searchOpenIssues(text, 100, kinds)), JSON.stringify(text)).toEqual(expected);
					expect(ids(await ledger.searchOpenIssues(text, 3, kinds))).toEqual(expected.slice(0, 3));
				}
				expect(ids(await ledger.findOpenIssues(text, 100)), JSON.stringify(text)).toEqual(
					ids(all.filter((issue) => matchesExactly(issue, text)))
				);
			}
			expect(await ledger.searchOpenIssues(some.id, 1)).toEqual([some]);
			expect(all).toEqual([...all].sort((a, b) => bySeverity(a, b) || a.firstSeenAt.getTime() - b.firstSeenAt.getTime()));
		});

		it('exclude issues that are being fixed, settled or of another guild', async () => {
			const { ledger } = ledgerOf(database());
			const [ada, bob] = [drift(snowflake()), drift(snowflake())];
			const { runId, found } = await run(ledger, minute(0), [ada, bob]);
			await run(ledger, minute(1), [ada]);
			const claimed = found[0] as ListedIssue;
			expect((await ledger.searchOpenIssues('ada', 9)).map(({ id }) => id)).toEqual([claimed.id]);
			expect(await ledger.openIssue(claimed.id)).toEqual((await ledger.openIssues('all'))[0]);
			const { ledger: other } = ledgerOf(database());
			expect(await other.searchOpenIssues('ada', 9)).toEqual([]);
			expect(await other.findOpenIssues(claimed.id, 9)).toEqual([]);
			expect(await other.openIssue(claimed.id)).toBeNull();
			await ledger.claimIssue(claimed.id, claimed.planHash, 'ada', runId, 60);
			expect(await ledger.searchOpenIssues('', 9)).toEqual([]);
			expect(await ledger.findOpenIssues(ada.discordId, 9)).toEqual([]);
			expect(await ledger.openIssue(claimed.id)).toBeNull();
		});
	});

	describe('audit log', () => {
		it('is append-only: the database refuses to change or delete a row', async () => {
			const { prisma } = database();
			const { id } = await prisma.auditLog.create({ data: { actor: 'ada', action: 'pause', outcome: 'DONE' } });
			await expect(prisma.auditLog.delete({ where: { id } })).rejects.toThrow(/refused .*P0001/);
			await expect(prisma.auditLog.update({ where: { id }, data: { actor: 'bob' } })).rejects.toThrow(/refused .*P0001/);
			expect(await prisma.auditLog.findUnique({ where: { id } })).toMatchObject({ actor: 'ada' });
		});
	});
}

/** Reference implementation of the search. */
function isFoundBy(issue: ListedIssue, text: string, kinds: readonly DriftType[]): boolean {
	const wanted = asStoredText(text).toLowerCase();
	return (
		`${issue.discordName}\n${issue.description}`.toLowerCase().includes(wanted) ||
		issue.discordId.startsWith(wanted) ||
		`${issue.id}:${issue.planHash}`.startsWith(wanted) ||
		kinds.includes(issue.type)
	);
}

function matchesExactly(issue: ListedIssue, text: string): boolean {
	const wanted = asStoredText(text).toLowerCase();
	return issue.discordName.toLowerCase() === wanted || issue.discordId === wanted || issue.id === wanted;
}

function asStoredText(text: string): string {
	return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
