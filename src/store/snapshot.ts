import type { OpenIssue } from '../reconciliation/domain/issue.js';
import { moneyTotals } from '../reconciliation/domain/money.js';
import type { Ledger } from '../reconciliation/domain/ports.js';
import type { Prisma } from './client/client.js';
import { toJson, toJsonText } from './json.js';
import { CHUNK_SIZE, chunk } from './paging.js';

/** Writes the counts and notices of a run into its row, and a snapshot of its issues, which later fixes do not change. */
export async function recordSnapshot(
	prisma: Prisma.TransactionClient,
	runId: string,
	{
		detection,
		onlyMember = null,
		onlyMembers = null,
		livemode,
		subscriptionsRead,
		rules,
		ruleChange = null,
		onboarding = null,
		acceptedPayers = null,
		comparablePayers = null
	}: Parameters<Ledger['recordFindings']>[1],
	issues: readonly OpenIssue[]
): Promise<void> {
	const isReport = onlyMember === null && onlyMembers === null && onboarding === null;
	const { membersChecked, teamsChecked, payingCustomers, roleHolders, notices } = detection;
	await prisma.reconciliationRun.update({
		where: { id: runId },
		data: {
			...(onlyMembers && { onlyMembers: toJson(onlyMembers) }),
			membersChecked,
			teamsChecked,
			payingCustomers,
			roleHolders,
			livemode,
			subscriptionsRead,
			...(rules && { rules: toJson(rules) }),
			...(ruleChange && { ruleChange: toJson(ruleChange) }),
			...(onboarding && { onboarding: toJson(onboarding) }),
			...(isReport && { money: toJson(moneyTotals(issues)) }),
			acceptedPayers,
			comparablePayers,
			issuesFound: issues.length,
			notices: toJson(notices)
		},
		select: { id: true }
	});
	await recordIssues(prisma, runId, issues);
}

/** As text, which Prisma does not parse. Many issues go in chunks: the JSON of 50 000 in one parameter would block for seconds. */
async function recordIssues(prisma: Prisma.TransactionClient, runId: string, issues: readonly OpenIssue[]): Promise<void> {
	if (issues.length <= CHUNK_SIZE) {
		await prisma.$executeRaw`UPDATE $schema."ReconciliationRun" SET issues = ${toJsonText(issues)}::json WHERE id = ${runId}`;
		return;
	}
	await prisma.$executeRaw`CREATE TEMPORARY TABLE snapshot_part (place serial, text text) ON COMMIT DROP`;
	for (const batch of chunk(issues)) await prisma.$executeRaw`INSERT INTO snapshot_part (text) VALUES (${toJsonText(batch).slice(1, -1)})`;
	await prisma.$executeRaw`
		UPDATE $schema."ReconciliationRun" SET issues = (SELECT '[' || string_agg(text, ',' ORDER BY place) || ']' FROM snapshot_part)::json
		WHERE id = ${runId}`;
}
