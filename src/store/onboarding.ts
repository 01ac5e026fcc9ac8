import type { AuditAction } from '../reconciliation/domain/audit.js';
import type { Onboarding, OnboardingEnd } from '../reconciliation/domain/onboarding.js';
import type { OnboardingStore } from '../reconciliation/domain/ports.js';
import { readAudit, writeChange } from './audit.js';
import { type PrismaClient, type ReconciliationRun, RunStatus } from './client/client.js';
import type { Database } from './connection/database.js';
import { fromJson } from './json.js';
import { FULL_RUN } from './run-scope.js';

const END_ONBOARDING = 'end-onboarding' satisfies AuditAction;

/** Setup that runs found unfinished. An operator's decision to end it is its entry in the audit log. */
export function onboardingStore({ prisma }: Database, guildId: string): OnboardingStore {
	return {
		currentOnboarding: async () => {
			const run = await prisma.reconciliationRun.findFirst({
				where: { guildId, status: RunStatus.COMPLETED, ...FULL_RUN },
				orderBy: { startedAt: 'desc' },
				select: { onboarding: true, startedAt: true }
			});
			const onboarding = run === null ? null : await readOnboarding(prisma, guildId, run);
			return onboarding?.endedBy === null ? onboarding : null;
		},
		onboardingEnd: () => readEnd(prisma, guildId, 'desc'),
		endOnboarding: ({ actor, at, ...after }) =>
			prisma.$transaction((transaction) =>
				writeChange(transaction, guildId, { at, actor, action: END_ONBOARDING, subject: null, before: null, after })
			)
	};
}

/** The unfinished setup that a run found, and who has ended it since; null if it was finished. */
export async function readOnboarding(
	prisma: Pick<PrismaClient, 'auditLog' | 'auditPerson'>,
	guildId: string,
	{ onboarding, startedAt }: Pick<ReconciliationRun, 'onboarding' | 'startedAt'>
): Promise<Onboarding | null> {
	if (onboarding === null) return null;
	const end = await readEnd(prisma, guildId, 'asc', startedAt);
	return { ...fromJson<Onboarding>(onboarding), endedBy: end?.actor ?? null };
}

async function readEnd(
	prisma: Pick<PrismaClient, 'auditLog' | 'auditPerson'>,
	guildId: string,
	order: 'asc' | 'desc',
	since = new Date(0)
): Promise<OnboardingEnd | null> {
	const where = { guildId, action: END_ONBOARDING, at: { gte: since } };
	const [entry] = await readAudit(prisma, { where, orderBy: { at: order }, take: 1 });
	return entry === undefined ? null : { ...fromJson<Omit<OnboardingEnd, 'actor' | 'at'>>(entry.after), actor: entry.actor, at: entry.at };
}
