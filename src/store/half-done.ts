import { AUTOMATIC } from '../reconciliation/fixes/attempt.js';
import type { HalfDoneStore } from '../reconciliation/fixes/half-done.js';
import { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { leaseName } from './lease.js';

/** Condition on `last`: an attempt of the last hour that was interrupted and not tried again. */
const NEWEST_INTERRUPTED = Prisma.sql`
	last.outcome = 'INTERRUPTED' AND last."startedAt" > now() - interval '1 hour'
	AND NOT EXISTS (SELECT 1 FROM $schema."FixAttempt" AS newer WHERE newer."issueId" = last."issueId" AND newer."startedAt" > last."startedAt")`;

/** Condition on `touched`: an attempt of the last hour that may have changed roles. */
const TOUCHED = Prisma.sql`
	touched.outcome = 'INTERRUPTED' AND touched."rolesBefore" IS NOT NULL AND touched."startedAt" > now() - interval '1 hour'`;

/**
 * Condition on `last`: the bulk fix or run that ordered it is not finished, and tries the issue again itself. A run is that of a stopped
 * process if no process holds the lease.
 */
const ofUnfinishedWork = (guildId: string) => Prisma.sql`
	EXISTS (
		SELECT 1 FROM $schema."BulkFix" AS bulk
		WHERE bulk."guildId" = issue."guildId" AND bulk."endedAt" IS NULL AND bulk.issues @> jsonb_build_array(jsonb_build_object('id', issue.id))
	)
	OR last.actor = ${AUTOMATIC} AND EXISTS (
		SELECT 1 FROM $schema."ReconciliationRun" AS run, $schema."Lease" AS lease
		WHERE run.id = last."runId" AND run.status = 'RUNNING' AND lease.name = ${leaseName(guildId)} AND lease."expiresAt" > now()
	)`;

/** Finds single fixes and undos that were stopped halfway. */
export function halfDoneStore({ prisma }: Database, guildId: string): HalfDoneStore {
	return {
		halfDoneFixes: async () => {
			const rows = await prisma.$queryRaw<{ issueId: string; planHash: string; actor: string; runId: string | null }[]>`
				SELECT last."issueId", last."planHash", last.actor, last."runId"
				FROM $schema."FixAttempt" AS last JOIN $schema."Issue" AS issue ON issue.id = last."issueId"
				WHERE last.undoes IS NULL AND ${NEWEST_INTERRUPTED} AND issue."guildId" = ${guildId} AND issue.status = 'OPEN' AND NOT (${ofUnfinishedWork(guildId)})
					AND EXISTS (
						SELECT 1 FROM $schema."FixAttempt" AS touched WHERE touched."issueId" = last."issueId" AND touched.undoes IS NULL AND ${TOUCHED}
					)
				ORDER BY last."startedAt"`;
			return rows.map(({ runId, ...order }) => ({ ...order, runId: runId ?? '' }));
		},
		halfDoneUndos: async () => {
			const rows = await prisma.$queryRaw<{ attemptId: string; actor: string; reason: string | null }[]>`
				SELECT last.undoes AS "attemptId", last.actor, (
						SELECT max(exemption.reason) FROM $schema."FixAttempt" AS touched JOIN $schema."Exemption" AS exemption ON exemption.id = replace(touched.id, '-', '')
						WHERE touched.undoes = last.undoes AND exemption."expiresAt" > now() AND ${TOUCHED}
					) AS reason
				FROM $schema."FixAttempt" AS last JOIN $schema."Issue" AS issue ON issue.id = last."issueId"
				WHERE last.undoes IS NOT NULL AND ${NEWEST_INTERRUPTED} AND issue."guildId" = ${guildId}
				ORDER BY last."startedAt"`;
			return rows.flatMap(({ reason, ...order }) => (reason === null ? [] : [{ ...order, exemptionReason: reason }]));
		}
	};
}
