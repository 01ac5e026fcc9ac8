import { planHash } from '../../src/reconciliation/detection/role-plan.js';
import type { Notices } from '../../src/reconciliation/domain/detection.js';
import { effectOf } from '../../src/reconciliation/domain/effect.js';
import type { StoredHold } from '../../src/reconciliation/domain/hold.js';
import type { DriftIssue, IssueState, LastAttempt, OpenIssue } from '../../src/reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../src/reconciliation/domain/run.js';
export const ADA = '100000000000000001';
export const OPERATOR = '900000000000000009';
export const AT = new Date('2026-11-20T08:00:00Z');
export const AT_SECONDS = AT.getTime() / 1000;

export const NO_NOTICES: Notices = {
	unclaimed: 0,
	absent: 0,
	bots: 0,
	exempt: 0,
	leftToNextRun: 0,
	unknownStatus: [],
	overclaimedTeams: [],
	expiringExemptions: [],
	malformedLinks: [],
	contestedLinks: []
};

export function drift(over: Partial<DriftIssue> = {}): DriftIssue {
	const found = {
		type: 'ROLE_MISMATCH',
		severity: 'MEDIUM',
		memberId: 'm1',
		discordId: ADA,
		discordName: 'ada',
		description: 'Pays for Lord and has Knight.',
		stripeStatus: 'Active · Lord (price_lord) · sub_1',
		databaseStatus: 'Linked to cus_1',
		discordRoles: ['Knight'],
		expectedRoles: ['Lord'],
		plan: { add: ['Lord'], remove: ['Knight'] },
		customerIds: ['cus_1'],
		linked: true,
		...over
	} satisfies Omit<DriftIssue, 'effect'>;
	return { effect: effectOf(found.discordRoles, found.plan, ['Knight', 'Lord']), ...found };
}

export function issue(over: Partial<OpenIssue> = {}): OpenIssue {
	const found = drift(over);
	return {
		...found,
		id: 'issue1',
		planHash: planHash(found),
		firstSeenAt: AT,
		lastSeenAt: AT,
		timesSeen: 1,
		cameBackAt: null,
		...over
	};
}

export function issues(many: number): OpenIssue[] {
	return Array.from({ length: many }, (_, index) => issue({ id: `issue${index + 1}`, discordName: `member${index + 1}` }));
}

export function result(over: Partial<ReconciliationResult> = {}): ReconciliationResult {
	const found = over.issues ?? [];
	return {
		runId: 'run1',
		status: 'COMPLETED',
		triggeredBy: 'scheduled',
		requestedBy: null,
		isVerificationRun: false,
		onlyMember: null,
		onlyMembers: null,
		startedAt: AT,
		completedAt: new Date(AT.getTime() + 12_000),
		autoFixEnabled: false,
		membersChecked: 250,
		teamsChecked: 3,
		issuesFound: found.length,
		issuesFixed: 0,
		issues: found,
		notices: NO_NOTICES,
		hold: null,
		failure: null,
		verified: null,
		...over
	};
}

export function failedResult(failure: string | null, over: Partial<ReconciliationResult> = {}): ReconciliationResult {
	return result({ status: 'FAILED', failure, notices: null, membersChecked: 0, teamsChecked: 0, ...over });
}

export function state(over: Partial<IssueState> = {}): IssueState {
	return {
		status: 'OPEN',
		planHash: issue().planHash,
		fixingBy: null,
		settledAt: null,
		settledBy: null,
		cameBackAt: null,
		lastAttempt: null,
		detail: null,
		...over
	};
}

export function attempt(over: Partial<LastAttempt> = {}): LastAttempt {
	return {
		id: 'attempt1',
		undoes: null,
		exemptUntil: null,
		actor: OPERATOR,
		outcome: null,
		error: null,
		at: AT,
		rolesBefore: null,
		rolesAfter: null,
		...over
	};
}

/** A bulk fix that an operator asked for and the safety check refused. */
export const HOLD: StoredHold = {
	id: 'hold1',
	scope: 'all',
	actor: OPERATOR,
	reason: 'Too many.',
	losing: 9,
	holders: 30,
	lowering: 2,
	heldAt: AT,
	releasedBy: null,
	releasedAt: null,
	message: null
};
