import type { BulkScope } from '../../reconciliation/domain/hold.js';
import type { BulkEnd, BulkOrigin, TrackedBulk } from '../../reconciliation/domain/ports.js';
import { describeEffects } from '../format/effects.js';
import { count, describeRequester, number, SCOPE_NAMES } from '../format/format.js';
import { mention } from '../format/text.js';
import { ago } from '../format/timestamps.js';

/** A bulk fix in the admin channel: one line with its progress, then its result. */

/** Progress of a bulk fix. */
export interface BulkState {
	/** Issues processed so far. */
	readonly done: number;
	readonly startedAt: Date;
	/** Extrapolated end; null before the first sample. */
	readonly estimatedEndAt: Date | null;
}

/** Discord keeps its relative time current, so a line that is no longer edited shows its age. */
export function bulkProgressAnnouncement({ total, effects, origin }: TrackedBulk, { done, startedAt, estimatedEndAt }: BulkState): string {
	const when = estimatedEndAt === null ? `started ${ago(startedAt)}` : `done ${ago(estimatedEndAt)}`;
	const planned = effects === null ? '' : describeEffects(effects);
	return `${describeOrigin(total, origin, planned)}: ${number(done)} of ${number(total)} done · ${when}`;
}

/** @param planned - what the fixes do to people's access; empty if unknown */
function describeOrigin(total: number, origin: BulkOrigin, planned: string): string {
	switch (origin.kind) {
		case 'run':
			return `Reeve is fixing ${issuesOfRun(total, origin, planned)}`;
		case 'operator':
			return `${mention(origin.actor)} is fixing ${issuesOf(origin.scope, total)}${planned === '' ? '' : ` (${planned})`}`;
		case 'continued':
			return `Reeve is resuming the fix of ${issuesOf(origin.scope, total)} that ${mention(origin.actor)} started`;
	}
}

function issuesOf(scope: BulkScope, total: number): string {
	return scope === 'all' ? count(total, 'issue') : `${count(total, 'issue')} of kind "${SCOPE_NAMES[scope]}"`;
}

function issuesOfRun(total: number, { triggeredBy, requestedBy }: BulkOrigin & { kind: 'run' }, planned = ''): string {
	const run =
		triggeredBy === 'scheduled' ? 'the daily run' : requestedBy === null ? 'a run' : `the run started ${describeRequester(requestedBy)}`;
	return `${count(total, 'issue')} of ${run} (auto-fix${planned === '' ? '' : `; ${planned}`})`;
}

/** Result of a bulk fix. @param end - null if an error stopped it */
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

/** Whether to post the result even if no progress was shown. A run has its report. */
export function isWorthAnnouncing({ origin }: TrackedBulk, end: BulkEnd | null): boolean {
	if (end === null || origin.kind === 'run') return false;
	return origin.kind === 'continued' || end.fixed > 0;
}

const RESUMES = 'Reeve resumes automatically in a minute or two';

function runEnd(issues: string, total: number, end: BulkEnd | null): string {
	if (end === null) return sentences(`Reeve was fixing ${issues}, and an error stopped it: the report shows how far it got`);
	const { fixed, effects, left } = end;
	return sentences(
		`Reeve has fixed ${number(fixed)} of ${issues}${fixed === 0 ? '' : `: ${describeEffects(effects, 'past')}`}`,
		...notFixed(total - fixed - left),
		...(left === 0 ? [] : [`${count(left, 'issue was', 'issues were')} not started`]),
		'The report follows'
	);
}

function operatorEnd({ actor, held }: BulkOrigin & { kind: 'operator' }, total: number, end: BulkEnd | null): string {
	const who = mention(actor);
	if (end === null) return sentences(`${who} was fixing ${count(total, 'issue')}, and an error stopped it: ${RESUMES}`);
	const { fixed, effects, left } = end;
	return sentences(
		fixed === 0
			? `${who} tried to fix ${count(total, 'issue')}: none was fixed`
			: `${who} fixed ${count(fixed, 'issue')}: ${describeEffects(effects, 'past')}`,
		...(held && fixed > 0 ? ['The hold was released for it'] : []),
		...notFixed(total - fixed - left),
		...(left === 0 ? [] : [`${count(left, 'issue is', 'issues are')} left: ${RESUMES}`])
	);
}

function continuedEnd({ actor, fixedBefore }: BulkOrigin & { kind: 'continued' }, total: number, end: BulkEnd | null): string {
	const interrupted = `Reeve was stopped during a bulk fix started by ${mention(actor)}`;
	if (end === null) return sentences(`${interrupted}; then an error stopped it: ${RESUMES}`);
	const fixed = fixedBefore + end.fixed;
	const soFar = `${number(fixed)} of ${count(total, 'issue')} fixed`;
	if (end.tooLate)
		return sentences(`${interrupted}, too long ago to resume: ${soFar}`, 'Check what is open, and fix it again if it is still right');
	if (end.left > 0) return sentences(`${interrupted}, and resumed it: ${soFar}, ${number(end.left)} to go`);
	return sentences(
		`${interrupted}, and resumed and finished it: ${soFar}`,
		...notFixed(total - fixed).map((some) => `${some}: \`/reconcile status\` shows what is open`)
	);
}

function notFixed(others: number): readonly string[] {
	return others === 0 ? [] : [`${count(others, 'issue')} could not be fixed or needed nothing`];
}

function sentences(...all: readonly string[]): string {
	return all.map((sentence) => `${sentence}.`).join(' ');
}
