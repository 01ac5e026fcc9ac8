import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { expect, it } from 'vitest';
import type { DriftIssue } from '../../../src/reconciliation/types.js';
import { PrismaClient } from '../../../src/store/client/client.js';
import { drift, ledgerOf, minute, NOTICES, run, snowflake, unpaid } from '../builders.js';

/** The run before which everybody has been fixed. */
const BACK = 3;

/** What findings cost, counted where they leave for the database, and what may be in them. @param factory - over a migrated one */
export function findingPromises(factory: () => SqlMigrationAwareDriverAdapterFactory): void {
	it('stores findings whatever is in a text that somebody else has written', async () => {
		const prisma = new PrismaClient({ adapter: factory() });
		const { ledger } = ledgerOf({ prisma, kind: 'embedded', close: async () => {} });
		const who = snowflake();
		const hostile = 'nul \0, half of a pair \uD83D, \u2028 \\u0000 \' "';
		const malformedLinks = [{ customerId: 'cus_1', value: hostile }];
		const stored = 'nul \uFFFD, half of a pair \uFFFD, \u2028 \\u0000 \' "';
		for (const timesSeen of [1, 2]) {
			const drifts = [drift(who, { discordName: hostile })];
			const { runId, found: issues } = await run(ledger, minute(timesSeen), drifts, { notices: { ...NOTICES, malformedLinks } });
			expect(issues).toMatchObject([{ discordName: stored, timesSeen }]);
			const report = await ledger.readReport(runId);
			expect(report?.result.issues).toEqual(issues);
			expect(report?.result.notices?.malformedLinks).toEqual([{ customerId: 'cus_1', value: stored }]);
		}
		await prisma.$disconnect();
	});

	it('stores findings with the same few statements for every thousand issues', async () => {
		const prisma = new PrismaClient({ adapter: factory(), log: [{ level: 'query', emit: 'event' }] });
		let statements = 0;
		prisma.$on('query', () => {
			statements += 1;
		});
		/** The statements of each run of a guild with so many issues: new, seen again, of another kind, come back, gone. */
		const runsOf = async (size: number): Promise<readonly number[]> => {
			const { ledger, guildId } = ledgerOf({ prisma, kind: 'embedded', close: async () => {} });
			const people = Array.from({ length: size }, snowflake);
			const each = (describe: (discordId: string) => DriftIssue) => people.map((discordId) => describe(discordId));
			const costs: number[] = [];
			for (const [index, issues] of [each((id) => drift(id)), each((id) => drift(id)), each(unpaid), each(unpaid), []].entries()) {
				if (index === BACK) {
					const fixed = { status: 'FIXED', liveKey: null, settledAt: minute(index) } as const;
					await prisma.issue.updateMany({ where: { guildId, liveKey: { not: null } }, data: fixed });
				}
				statements = 0;
				await run(ledger, minute(index), issues);
				costs.push(statements);
			}
			return costs;
		};
		try {
			const [one, three] = [await runsOf(1_000), await runsOf(3_000)];
			// Opened, updated, resolved and opened anew, reopened, resolved: by one statement each.
			expect(three.map((cost, index) => (cost - (one[index] ?? 0)) / 2)).toEqual([1, 1, 2, 1, 1]);
			expect(Math.max(...one)).toBeLessThan(15);
		} finally {
			await prisma.$disconnect();
		}
	});
}
