import type { BulkScope } from '../../../src/reconciliation/domain/hold.js';
import type { ApprovedBulk, BulkStore } from '../../../src/reconciliation/fixes/bulk.js';
import type { IssueStore } from '../../../src/reconciliation/fixes/bulk-plan.js';
import type { HoldStore } from '../../../src/reconciliation/fixes/holds.js';
import type { FakePorts } from '../fakes.js';

interface StoredBulk {
	readonly bulk: ApprovedBulk;
	readonly startedAt: Date;
	holder: string | null;
	endedAt: Date | null;
}

/** The open issues of the fake ledger, releases, and bulk fixes. */
export function bulkStoreOf(
	ports: FakePorts
): IssueStore & HoldStore & BulkStore & { holds: unknown[]; releases: unknown[]; bulks: StoredBulk[] } {
	const holds: unknown[] = [];
	const releases: unknown[] = [];
	const bulks: StoredBulk[] = [];
	const bulkOf = (id: string) => bulks[Number(id)] as StoredBulk;
	return {
		holds,
		releases,
		bulks,
		startBulk: async (bulk, holder) => String(bulks.push({ bulk, startedAt: ports.now(), holder, endedAt: null }) - 1),
		renewBulk: async (id, holder) => bulkOf(id).holder === holder,
		releaseBulk: async (id) => {
			bulkOf(id).holder = null;
		},
		endBulk: async (id, at) => {
			bulkOf(id).endedAt = at;
		},
		acquireBulk: async (holder) => {
			const index = bulks.findIndex((stored) => stored.endedAt === null && stored.holder === null);
			const stored = bulks[index];
			if (stored === undefined) return null;
			stored.holder = holder;
			const ended = ports.ledger.attempts.flatMap(({ issueId, end }) => (end === null ? [] : [[issueId, end.outcome] as const]));
			return { id: String(index), bulk: stored.bulk, startedAt: stored.startedAt, done: new Map(ended) };
		},
		recordHold: async (hold) => void holds.push(hold),
		readHold: async () => null,
		setHoldMessage: async () => null,
		openIssues: async (scope: BulkScope) =>
			[...ports.ledger.issues.values()]
				.filter(({ status, type }) => status === 'OPEN' && (scope === 'all' || scope === 'UNLINKED' || type === scope))
				.map((issue) => ({ ...issue, lastRunId: 'run_1' })),
		newestReading: async () => ports.ledger.reading(),
		releaseHold: async (release) => void releases.push(release)
	};
}
