import * as z from 'zod';
import { EFFECTS } from '../reconciliation/domain/effect.js';
import { DRIFT_TYPES, SEVERITIES } from '../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../reconciliation/domain/run.js';
import type { IssueWithStatus } from '../reconciliation/fixes/bulk-plan.js';
import type { RunSummary } from '../reconciliation/runs/history.js';

/** Runs and issues as the API shows them, and how they are made. */

/** Names are in small letters, as in the metrics. */
function lowered<Name extends string>(names: readonly Name[]): Lowercase<Name>[] {
	return names.map((name) => name.toLowerCase() as Lowercase<Name>);
}

export const TYPES = lowered(DRIFT_TYPES);

const time = z.iso.datetime();
const roles = z.array(z.string()).describe('Names of managed roles');

export const runSchema = z.strictObject({
	id: z.string(),
	status: z.enum(['running', 'completed', 'failed']),
	triggeredBy: z.enum(['scheduled', 'manual', 'verification', 'targeted']),
	requestedBy: z.string().nullable().describe("An operator's Discord ID, http or command line; null for a run that no one asked for"),
	discordId: z.string().nullable().describe('The only member compared; null: several or all of them'),
	discordIds: z.array(z.string()).nullable().describe('The members that a targeted run compared; null: all of them, or the only one'),
	startedAt: time,
	completedAt: time.nullable().describe('Null while it runs'),
	issuesFound: z.int(),
	issuesFixed: z.int(),
	news: z
		.strictObject({
			since: time.nullable().describe('Start of the run that it is compared with; null: none, so that every issue is new'),
			new: z.int(),
			back: z.int().describe('Recurred since then, after a fix'),
			known: z.int()
		})
		.nullable()
		.describe(
			'Issues compared with the last report: of a daily run, with the daily run before. Null for other runs than daily and manual ones over all members'
		),
	failure: z.string().nullable().describe('Why it failed, and what to do'),
	hold: z
		.strictObject({
			reason: z.string(),
			losing: z.int().describe('Members who would lose access or move down'),
			holders: z.int().describe('Members who held a managed role'),
			releasedBy: z.string().nullable().describe('Discord ID of the operator; null while it is on hold')
		})
		.nullable()
		.describe('Fixes that wait for an operator')
});

type RunFields = Pick<
	RunSummary,
	| 'runId'
	| 'status'
	| 'triggeredBy'
	| 'requestedBy'
	| 'onlyMember'
	| 'onlyMembers'
	| 'startedAt'
	| 'completedAt'
	| 'issuesFound'
	| 'issuesFixed'
	| 'news'
	| 'failure'
> &
	Pick<ReconciliationResult, 'hold' | 'holdReleasedBy'>;

export function toRun(run: RunFields): z.output<typeof runSchema> {
	const { hold, holdReleasedBy = null, news = null } = run;
	return {
		id: run.runId,
		status: run.status.toLowerCase() as Lowercase<RunFields['status']>,
		triggeredBy: run.triggeredBy,
		requestedBy: run.requestedBy,
		discordId: run.onlyMember,
		discordIds: run.onlyMembers === null ? null : [...run.onlyMembers],
		startedAt: run.startedAt.toISOString(),
		completedAt: run.completedAt?.toISOString() ?? null,
		issuesFound: run.issuesFound,
		issuesFixed: run.issuesFixed,
		news: news && { since: news.since?.toISOString() ?? null, ...news.counts },
		failure: run.failure,
		hold: hold && { reason: hold.reason, losing: hold.losing, holders: hold.holders, releasedBy: holdReleasedBy }
	};
}

const moneySchema = z.strictObject({
	counts: z
		.enum(['paid', 'unpaid'])
		.nullable()
		.describe('paid: for access that the member lacks; unpaid: what access costs that they do not pay for; null: neither'),
	amounts: z
		.array(z.strictObject({ currency: z.string(), amount: z.int().describe("A month, in the currency's smallest unit") }))
		.describe('One for each currency; none if the price is unknown'),
	isMinimum: z.boolean().describe('Whether part of the price is unknown')
});

export const issueSchema = z.strictObject({
	id: z.string(),
	status: z.enum(['open', 'fixing', 'fixed', 'resolved']),
	type: z.enum(TYPES),
	severity: z.enum(lowered(SEVERITIES)),
	discordId: z.string(),
	discordName: z.string().describe('As the member chose it: escape it before you show it'),
	description: z.string(),
	cause: z.string().nullable().describe('What decides what the member should have'),
	linked: z.boolean().describe('False for a member without any link to a customer or a team'),
	roles,
	expectedRoles: roles,
	plan: z.strictObject({ add: roles, remove: roles }),
	effect: z.enum(EFFECTS).describe("What the plan does to the member's access"),
	money: moneySchema.nullable().describe('Null without a known price'),
	firstSeenAt: time,
	lastSeenAt: time,
	timesSeen: z.int(),
	lastRunId: z.string()
});

export function toIssue(issue: IssueWithStatus): z.output<typeof issueSchema> {
	return {
		id: issue.id,
		status: issue.status.toLowerCase() as Lowercase<IssueWithStatus['status']>,
		type: issue.type.toLowerCase() as Lowercase<IssueWithStatus['type']>,
		severity: issue.severity.toLowerCase() as Lowercase<IssueWithStatus['severity']>,
		discordId: issue.discordId,
		discordName: issue.discordName,
		description: issue.description,
		cause: issue.cause ?? null,
		linked: issue.linked,
		roles: [...issue.discordRoles],
		expectedRoles: [...issue.expectedRoles],
		plan: { add: [...issue.plan.add], remove: [...issue.plan.remove] },
		effect: issue.effect,
		money: issue.money === undefined ? null : { ...issue.money, amounts: [...issue.money.amounts] },
		firstSeenAt: issue.firstSeenAt.toISOString(),
		lastSeenAt: issue.lastSeenAt.toISOString(),
		timesSeen: issue.timesSeen,
		lastRunId: issue.lastRunId
	};
}
