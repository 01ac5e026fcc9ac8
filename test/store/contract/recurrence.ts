import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { expect, it } from 'vitest';
import type { DriftIssue } from '../../../src/reconciliation/domain/issue.js';
import { PrismaClient } from '../../../src/store/client/client.js';
import { drift, ledgerOf, minute, NOTICES, run, snowflake, unpaid } from '../builders.js';

/** Index of the run before which all issues are marked as fixed. */
const RECURRENCE_INDEX = 3;

/** The statements that storing findings takes, and the texts it accepts. @param factory - of a migrated database */
export function findingsStorageContract(factory: () => SqlMigrationAwareDriverAdapterFactory): void {
	it('stores findings with text that PostgreSQL rejects', async () => {
		const prisma = new PrismaClient({ adapter: factory() });
		const { ledger } = ledgerOf({ prisma, kind: 'embedded', schema: 'public', close: async () => {} });
		const discordId = snowflake();
		const hostile = 'nul \0, half of a pair \uD83D, \u2028 \\u0000 \' "';
		const malformedLinks = [{ customerId: 'cus_1', value: hostile }];
		const stored = 'nul \uFFFD, half of a pair \uFFFD, \u2028 \\u0000 \' "';
		for (const timesSeen of [1, 2]) {
			const drifts = [drift(discordId, { discordName: hostile })];
			const { runId, found: issues } = await run(ledger, minute(timesSeen), drifts, { notices: { ...NOTICES, malformedLinks } });
			expect(issues).toMatchObject([{ discordName: stored, timesSeen }]);
			const report = await ledger.readReport(runId);
			expect(report?.result.issues).toEqual(issues);
			expect(report?.result.notices?.malformedLinks).toEqual([{ customerId: 'cus_1', value: stored }]);
		}
		await prisma.$disconnect();
	});

	it('stores findings with a constant number of statements per thousand issues, of bounded size', async () => {
		const prisma = new PrismaClient({ adapter: factory(), log: [{ level: 'query', emit: 'event' }] });
		let [statements, longest] = [0, 0];
		prisma.$on('query', ({ params }) => {
			statements += 1;
			longest = Math.max(longest, params.length);
		});
		/** Runs of a guild with `size` issues: new, seen again, of another kind, recurred, gone. */
		const runsOf = async (size: number): Promise<readonly { statements: number; longest: number }[]> => {
			const { ledger, guildId } = ledgerOf({ prisma, kind: 'embedded', schema: 'public', close: async () => {} });
			const people = Array.from({ length: size }, snowflake);
			const each = (describe: (discordId: string) => DriftIssue) => people.map((discordId) => describe(discordId));
			const costs: { statements: number; longest: number }[] = [];
			for (const [index, issues] of [each((id) => drift(id)), each((id) => drift(id)), each(unpaid), each(unpaid), []].entries()) {
				if (index === RECURRENCE_INDEX) {
					const fixed = { status: 'FIXED', liveKey: null, settledAt: minute(index) } as const;
					await prisma.issue.updateMany({ where: { guildId, liveKey: { not: null } }, data: fixed });
				}
				[statements, longest] = [0, 0];
				const { runId, found } = await run(ledger, minute(index), issues);
				costs.push({ statements, longest });
				expect((await ledger.readReport(runId))?.result.issues).toEqual(found);
				expect(found.map(({ discordId }) => discordId)).toEqual(issues.map(({ discordId }) => discordId));
			}
			return costs;
		};
		try {
			const [fewer, more] = [await runsOf(1_400), await runsOf(2_400)];
			// Opened, updated, resolved and opened, reopened: one statement each, and one for the snapshot. Then resolved.
			expect(more.map((cost, index) => cost.statements - (fewer[index]?.statements ?? 0))).toEqual([2, 2, 3, 2, 1]);
			expect(Math.max(...fewer.map((cost) => cost.statements))).toBeLessThan(20);
			for (const [index, cost] of more.entries()) expect(cost.longest).toBeLessThan((fewer[index]?.longest ?? 0) * 1.1);
		} finally {
			await prisma.$disconnect();
		}
	});
}
