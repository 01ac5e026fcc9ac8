import type { RulesStore } from '../reconciliation/domain/ports.js';
import type { RuleChange } from '../reconciliation/domain/rule-change.js';
import { type Rules, rulesHash } from '../reconciliation/domain/rules.js';
import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import { writeChange } from './audit.js';
import type { Prisma, PrismaClient, ReconciliationRun } from './client/client.js';
import type { Database } from './connection/database.js';
import { RULES_HOLD } from './holds.js';
import { fromJson, toJson } from './json.js';

/** The rules that operators have accepted. */
export function rulesStore({ prisma }: Database, guildId: string): RulesStore {
	return {
		acceptedRules: async () => {
			const row = await prisma.acceptedRules.findFirst({ where: { guildId }, orderBy: [{ acceptedAt: 'desc' }, { id: 'desc' }] });
			return row === null ? null : { rules: fromJson<Rules>(row.rules), acceptedAt: row.acceptedAt, acceptedBy: row.acceptedBy };
		},
		acceptRules: ({ runId, actor, at, losing, changes, ...accepted }) =>
			prisma.$transaction(async (transaction) => {
				const { rules } = await transaction.reconciliationRun.findUniqueOrThrow({ where: { id: runId }, select: { rules: true } });
				if (rules === null) throw new Error(`Run ${runId} has no rules.`);
				await transaction.acceptedRules.create({
					data: { guildId, rules: toJson(rules), ...accepted, acceptedAt: at, acceptedBy: actor },
					select: { id: true }
				});
				await transaction.hold.updateMany({
					where: { guildId, scope: RULES_HOLD, releasedAt: null },
					data: { releasedAt: at, releasedBy: actor }
				});
				await writeChange(transaction, guildId, {
					at,
					actor,
					action: 'accept-rules',
					subject: null,
					before: null,
					after: { ...accepted, losing },
					detail: changes.join('; ')
				});
			})
	};
}

/** Accepts the rules of the first full run, with which later ones are compared. Call it in the transaction that stores its findings. */
export async function acceptFirstRules(transaction: Prisma.TransactionClient, guildId: string, rules: Rules, at: Date): Promise<void> {
	if ((await transaction.acceptedRules.count({ where: { guildId } })) > 0) return;
	const data = { guildId, rules: toJson(rules), rulesHash: rulesHash(rules), acceptedAt: at, acceptedBy: AUTOMATIC };
	await transaction.acceptedRules.create({ data, select: { id: true } });
}

/** The rule change that a run found, and who has accepted it since; null if it found none. */
export async function readRuleChange(
	prisma: Pick<PrismaClient, 'acceptedRules'>,
	guildId: string,
	{ ruleChange, startedAt }: Pick<ReconciliationRun, 'ruleChange' | 'startedAt'>
): Promise<RuleChange | null> {
	if (ruleChange === null) return null;
	const { since, ...change } = fromJson<Omit<RuleChange, 'since'> & { readonly since: string }>(ruleChange);
	const accepted = await prisma.acceptedRules.findFirst({
		where: { guildId, rulesHash: change.rulesHash, acceptedAt: { gte: startedAt } },
		orderBy: { acceptedAt: 'asc' },
		select: { acceptedBy: true }
	});
	return { ...change, since: new Date(since), acceptedBy: accepted?.acceptedBy ?? null };
}
