import type { ReeveEvents } from '../events.js';
import { LogEntry, type LogFields } from '../log-entry.js';
import { diffRoles } from '../reconciliation/detection/role-plan.js';
import type { OpenIssue } from '../reconciliation/domain/issue.js';
import type { Emit } from './emit-events.js';

/** The log lines of runs, fixes, undos, holds and deliveries: one per event, with IDs and without names of members. */

type Level = 'info' | 'warn' | 'error';

type Line = readonly [level: Level, message: string, fields: LogFields];

type LoggedEvents = Omit<ReeveEvents, 'issue' | 'fixed' | 'failed'>;

const LINES: { readonly [Name in keyof LoggedEvents]: (...args: ReeveEvents[Name]) => Line } = {
	started: ({ runId, triggeredBy, requestedBy, onlyMember, onlyMembers, autoFixEnabled }) => [
		'info',
		'Run started.',
		{ event: 'run-start', runId, triggeredBy, requestedBy, onlyMember, onlyMembers: onlyMembers?.length ?? null, autoFix: autoFixEnabled }
	],
	run: (result) => [
		result.status === 'FAILED' ? 'error' : 'info',
		result.status === 'FAILED' ? 'Run failed.' : 'Run completed.',
		{
			event: 'run-end',
			runId: result.runId,
			status: result.status,
			triggeredBy: result.triggeredBy,
			requestedBy: result.requestedBy,
			onlyMember: result.onlyMember,
			onlyMembers: result.onlyMembers?.length ?? null,
			membersChecked: result.membersChecked,
			issuesFound: result.issuesFound,
			issuesByType: countByType(result.issues),
			issuesFixed: result.issuesFixed,
			held: result.hold?.losing ?? 0,
			durationMs: result.completedAt.getTime() - result.startedAt.getTime(),
			error: result.failure
		}
	],
	attempt: ({ kind, issue, runId, actor, outcome, rolesBefore, rolesAfter, error }) => {
		const changed = rolesBefore !== null && rolesAfter !== null ? diffRoles(rolesBefore, rolesAfter) : null;
		const isDone = outcome === 'FIXED' || outcome === 'UNDONE';
		// An interrupted attempt is taken up again by itself.
		const failed = outcome === 'FAILED' || outcome === 'NOT_APPLIED';
		return [
			failed ? 'warn' : 'info',
			`${kind === 'fix' ? 'Fix' : 'Undo'} ${isDone ? 'done' : 'not done'}.`,
			{
				event: kind,
				runId,
				issueId: issue.id,
				discordId: issue.discordId,
				actor,
				outcome,
				granted: changed?.add ?? null,
				revoked: changed?.remove ?? null,
				error
			}
		];
	},
	held: ({ reason, losing, lowering = 0, holders, scope, actor }, runId) => [
		'warn',
		'On hold until an operator approves it.',
		{ event: 'hold', runId, scope: scope ?? 'run', actor: actor ?? null, losing, lowering, holders, reason }
	],
	released: ({ scope, part, runId, actor, losing }) => [
		'info',
		'Hold released.',
		{ event: 'release', runId, scope, part: part ?? null, actor, losing }
	],
	delivery: ({ channel, subject, tries, outcome, error }) => [
		outcome === 'DELIVERED' ? 'info' : 'error',
		outcome === 'DELIVERED' ? 'Notification delivered.' : 'Notification not delivered.',
		{ event: 'delivery', runId: runOf(subject), channel, subject, tries, outcome, error }
	]
};

/** Logs the event, then emits it. */
export function loggingEmit(emit: Emit, logger: Readonly<Record<Level, (...values: readonly unknown[]) => void>>): Emit {
	return (name, ...args) => {
		const toLine = (LINES as Readonly<Record<string, ((...values: readonly unknown[]) => Line) | undefined>>)[name];
		if (toLine !== undefined) {
			const [level, message, fields] = toLine(...args);
			logger[level](new LogEntry(message, fields));
		}
		emit(name, ...args);
	};
}

function countByType(issues: readonly Pick<OpenIssue, 'type'>[]): Readonly<Record<string, number>> {
	const counts: Record<string, number> = {};
	for (const { type } of issues) counts[type] = (counts[type] ?? 0) + 1;
	return counts;
}

/** The run that a notification reports; null for another subject. */
function runOf(subject: string): string | null {
	return subject.startsWith('run:') ? subject.slice('run:'.length) : null;
}
