import type { BulkScope } from '../../reconciliation/domain/hold.js';
import type { BulkEnd, BulkOrigin, TrackedBulk } from '../../reconciliation/domain/ports.js';
import { ago, count, number, TYPE_NAMES } from '../format/format.js';
import { mention } from '../format/text.js';

/** A bulk fix in the admin channel: one line, which says how far it is, and in the end what came of it. */

/** How far a bulk fix is. */
export interface BulkState {
	/** Issues that have had their turn. */
	readonly done: number;
	readonly startedAt: Date;
	/** When it will be over if it goes on like this; null where that cannot be told yet. */
	readonly estimatedEndAt: Date | null;
}

/** The moment in it goes on ticking by itself: where nobody is left to change the line, it is seen to be old. */
export function bulkProgressAnnouncement({ total, origin }: TrackedBulk, { done, startedAt, estimatedEndAt }: BulkState): string {
	const when = estimatedEndAt === null ? `begun ${ago(startedAt)}` : `to be over ${ago(estimatedEndAt)}`;
	return `${doing(total, origin)}, payers first: ${number(done)} done, ${number(total - done)} left, ${when}.`;
}

function doing(total: number, origin: BulkOrigin): string {
	switch (origin.kind) {
		case 'run':
			return `Reeve is fixing ${issuesOfRun(total, origin)}`;
		case 'operator':
			return `${mention(origin.actor)} is fixing ${issuesOf(origin.scope, total)} in one go`;
		case 'continued':
			return `Reeve goes on with the ${issuesOf(origin.scope, total)} that ${mention(origin.actor)} had begun to fix`;
	}
}

function issuesOf(scope: BulkScope, total: number): string {
	return scope === 'all' ? count(total, 'issue') : `${count(total, 'issue')} of the kind "${TYPE_NAMES[scope]}"`;
}

function issuesOfRun(total: number, { triggeredBy, requestedBy }: BulkOrigin & { kind: 'run' }): string {
	const run = triggeredBy === 'scheduled' ? 'the daily run' : requestedBy === null ? 'a run' : `the run ${mention(requestedBy)} asked for`;
	return `${count(total, 'issue')} of ${run} (auto-fix)`;
}

/** What came of a bulk fix, and by whom. */
export function bulkEndAnnouncement({ total, origin }: TrackedBulk, end: BulkEnd | null): string {
	switch (origin.kind) {
		case 'run':
			return runEnd(issuesOfRun(total, origin), total, end);
		case 'operator':
			return operatorEnd(origin, total, end);
		case 'continued':
			return continuedEnd(origin, total, end);
	}
}

/** Whether the operators are to hear of that end, also where they could not follow it. A run has its report. */
export function isWorthAnnouncing({ origin }: TrackedBulk, end: BulkEnd | null): boolean {
	if (end === null || origin.kind === 'run') return false;
	return origin.kind === 'continued' || end.fixed > 0;
}

const RESUMES = 'Reeve goes on by itself in a minute or two';

function runEnd(issues: string, total: number, end: BulkEnd | null): string {
	if (end === null) return sentences(`Reeve was fixing ${issues}, and an error broke it off: the report says how far it came`);
	const { fixed, left } = end;
	return sentences(
		`Reeve has fixed ${number(fixed)} of ${issues}`,
		...notFixed(total - fixed - left),
		...(left === 0 ? [] : [`${count(left, 'issue was', 'issues were')} not begun`]),
		'The report follows'
	);
}

function operatorEnd({ actor, held }: BulkOrigin & { kind: 'operator' }, total: number, end: BulkEnd | null): string {
	const who = mention(actor);
	if (end === null) return sentences(`${who} was fixing ${count(total, 'issue')} in one go, and an error broke it off: ${RESUMES}`);
	const { fixed, losing, left } = end;
	return sentences(
		fixed === 0
			? `${who} asked to fix ${count(total, 'issue')} in one go: none was fixed`
			: `${who} fixed ${count(fixed, 'issue')} in one go: ${count(losing, 'person', 'people')} lost a role, ${number(fixed - losing)} only gained one`,
		...(held && losing > 0 ? ['A hold was released for it'] : []),
		...notFixed(total - fixed - left),
		...(left === 0 ? [] : [`${count(left, 'issue is', 'issues are')} left: ${RESUMES}`])
	);
}

function continuedEnd({ actor, fixedBefore }: BulkOrigin & { kind: 'continued' }, total: number, end: BulkEnd | null): string {
	const said = `Reeve was stopped in the middle of a bulk fix that ${mention(actor)} had begun`;
	if (end === null) return sentences(`${said}; then an error broke it off: ${RESUMES}`);
	const fixed = fixedBefore + end.fixed;
	const soFar = `${number(fixed)} of ${count(total, 'issue')} fixed`;
	if (end.tooLate)
		return sentences(`${said}, too long ago to go on with it: ${soFar}`, 'Look at what is open, and fix it again if it is still right');
	if (end.left > 0) return sentences(`${said}, and went on with it: ${soFar}, ${number(end.left)} to go`);
	return sentences(
		`${said}, and has gone on with it to its end: ${soFar}`,
		...notFixed(total - fixed).map((some) => `${some}: \`/reconcile status\` tells what is open`)
	);
}

function notFixed(others: number): readonly string[] {
	return others === 0 ? [] : [`${count(others, 'issue')} could not be fixed or needed nothing`];
}

function sentences(...all: readonly string[]): string {
	return all.map((sentence) => `${sentence}.`).join(' ');
}
