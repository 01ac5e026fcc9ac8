import { randomInt } from 'node:crypto';
import type { Detection, Notices } from '../../src/reconciliation/domain/detection.js';
import type { DriftIssue, OpenIssue } from '../../src/reconciliation/domain/issue.js';
import type { People } from '../../src/reconciliation/domain/people.js';
import type { Ledger, RunStart } from '../../src/reconciliation/domain/ports.js';
import type { Database } from '../../src/store/connection/database.js';
import { createLedger } from '../../src/store/ledger.js';

/** A ledger of a new guild: tests share a database, and everything but links belongs to a guild. */
export function ledgerOf(database: Database, guildId = snowflake(), people?: People) {
	return { guildId, ledger: createLedger(database, guildId, { people }) };
}

export function snowflake(): string {
	return `9${randomInt(10 ** 14)
		.toString()
		.padStart(17, '0')}`;
}

/** A time, in minutes after the start of the test's timeline. */
export function minute(minutes: number): Date {
	return new Date(Date.UTC(2026, 0, 31, 3, 0, 0, 123) + minutes * 60_000);
}

export function drift(discordId: string, changes: Partial<DriftIssue> = {}): DriftIssue {
	return {
		type: 'MISSING_ACCESS',
		severity: 'HIGH',
		memberId: null,
		discordId,
		discordName: `Ada "the 'Lord'" \\ \u{1F451}`,
		description: 'Pays for Knight and has no role.',
		stripeStatus: 'active',
		databaseStatus: 'linked',
		discordRoles: [],
		expectedRoles: ['Knight'],
		plan: { add: ['Knight'], remove: [] },
		effect: 'grants',
		customerIds: ['cus_1'],
		linked: true,
		...changes
	};
}

/** Drift of another kind: the member has a role and does not pay. */
export function unpaid(discordId: string): DriftIssue {
	return drift(discordId, {
		type: 'UNAUTHORIZED_ACCESS',
		discordRoles: ['Lord'],
		expectedRoles: [],
		plan: { add: [], remove: ['Lord'] },
		effect: 'removes'
	});
}

export const NOTICES: Notices = {
	unclaimed: 1,
	absent: 2,
	bots: 3,
	exempt: 4,
	leftToNextRun: 5,
	unknown: [{ reason: { kind: 'status', status: 'frozen' }, discordIds: ['6'], count: 1 }],
	unknownStatus: [{ discordId: '6', status: 'frozen' }],
	overclaimedTeams: [{ teamId: 't1', name: 'Acme', claimed: 3, paid: 2 }],
	expiringExemptions: [{ discordId: '1', reason: 'founder', createdBy: '2', expiresAt: new Date('2026-02-01T00:00:00Z') }],
	malformedLinks: [{ customerId: 'cus_1', value: 'ada' }],
	contestedLinks: [{ customerId: 'cus_2', values: ['1', '2'] }]
};

export function detection(issues: readonly DriftIssue[], changes: Partial<Detection> = {}): Detection {
	return {
		issues,
		notices: NOTICES,
		skipped: new Set(),
		unknown: new Set(),
		membersChecked: 40,
		teamsChecked: 7,
		payingCustomers: 30,
		roleHolders: 20,
		compared: null,
		misread: [],
		mayConcernAnyone: false,
		newlyUnpaid: [],
		clearedDebts: [],
		coverage: {
			payers: 30,
			linkedPayers: 28,
			holders: 20,
			unlinkedHolders: 0,
			heldRoles: ['Knight'],
			subscriptions: 31,
			unmappedSubscriptions: 0,
			hasMappedPrice: true
		},
		...changes
	};
}

export function runStart(at: Date, changes: Partial<RunStart> = {}): RunStart {
	return {
		startedAt: at,
		triggeredBy: 'manual',
		requestedBy: null,
		isVerificationRun: false,
		autoFixEnabled: false,
		scheduledDay: null,
		onlyMember: null,
		onlyMembers: null,
		...changes
	};
}

/** A completed run with these findings. */
export async function run(
	ledger: Ledger,
	at: Date,
	issues: readonly DriftIssue[],
	changes: Partial<Detection> = {}
): Promise<{ runId: string; found: readonly OpenIssue[] }> {
	const runId = await ledger.startRun(runStart(at));
	if (runId === null) throw new Error('The run was refused.');
	const found = await ledger.recordFindings(runId, { detection: detection(issues, changes), livemode: true, subscriptionsRead: 50, at });
	await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at });
	return { runId, found };
}

/** A run with a single issue, of a new member. */
export async function oneIssue(ledger: Ledger, at = minute(0), issue = drift(snowflake())): Promise<{ runId: string; issue: OpenIssue }> {
	const { runId, found } = await run(ledger, at, [issue]);
	return { runId, issue: found[0] as OpenIssue };
}
