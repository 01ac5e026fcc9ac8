import type { OpenIssue } from '../../reconciliation/domain/issue.js';
import { withPlainDays } from '../../reconciliation/domain/time-in-text.js';
import type { ReconciliationResult } from '../../reconciliation/types.js';
import { describeHeld } from '../format/effects.js';
import { count, duration, heading } from '../format/format.js';
import { clean } from '../format/text.js';
import { describeOnboarding, shownOnboarding } from '../report/onboarding.js';
import { resolutionOf } from '../report/state.js';
import { isPartlyUnknown, titleOf } from '../report/summary.js';
import type { ReportLocation, ReportView } from '../report/view.js';

/** The result of a run on the command line: as lines of text, as JSON and as an exit code. */

/** A finished run. */
export interface OneShot extends Pick<ReportView, 'states'> {
	readonly result: ReconciliationResult;
	/** Where its report is. */
	readonly report: ReportLocation;
}

/** Most serious last. */
type Outcome = 'no-drift' | 'drift' | 'held' | 'failed';

const EXIT_CODES: Readonly<Record<Outcome, number>> = { 'no-drift': 0, failed: 1, drift: 2, held: 3 };

function outcomeOf(run: OneShot): Outcome {
	const { status, hold } = run.result;
	if (status === 'FAILED') return 'failed';
	if (hold !== null) return 'held';
	return openIssues(run).length > 0 ? 'drift' : 'no-drift';
}

/** 0 without drift, 1 if the run failed, 2 with open issues, 3 if something waits for an operator's approval. */
export function exitCodeOf(run: OneShot): number {
	return EXIT_CODES[outcomeOf(run)];
}

/** The report for a terminal. */
export function oneShotLines(run: OneShot): readonly string[] {
	const { result, report } = run;
	const where = locationLine(report);
	if (result.status === 'FAILED') return [`${titleOf(result)}: ${plain(result.failure ?? '')}`, changedLine(result), where];
	const { hold } = result;
	const onboarding = shownOnboarding(result);
	const open = onboarding === null ? openIssues(run) : [];
	const teams = result.teamsChecked === 0 ? '' : ` and ${count(result.teamsChecked, 'team')}`;
	const took = duration(result.completedAt.getTime() - result.startedAt.getTime());
	return [
		`${titleOf(result)}.`,
		`Checked ${count(result.membersChecked, 'member')}${teams} in ${took}. ${changedLine(result)}`,
		...(hold === null
			? []
			: [`On hold, until an operator approves it in the admin channel (${describeHeld(hold, 'held')}): ${plain(hold.reason)}`]),
		...(isPartlyUnknown(result) ? ['Some members could not be judged, and their roles are left as they are: the report says why.'] : []),
		...(onboarding === null ? [] : [`${describeOnboarding(onboarding)} The report says what to do next.`]),
		...(open.length === 0 ? [] : [`\nOpen issues (${open.length}):`, ...open.map(issueLine), '']),
		where
	];
}

/** The same for programs. Fields may be added; those that are here keep their names and meaning. */
export function oneShotJson(run: OneShot): string {
	const { result, report } = run;
	const open = new Set(openIssues(run).map(({ id }) => id));
	return JSON.stringify(
		{
			runId: result.runId,
			outcome: outcomeOf(run),
			autoFix: result.autoFixEnabled,
			startedAt: result.startedAt,
			completedAt: result.completedAt,
			counts: {
				membersChecked: result.membersChecked,
				teamsChecked: result.teamsChecked,
				issuesFound: result.issuesFound,
				issuesFixed: result.issuesFixed,
				issuesOpen: open.size
			},
			hold: result.hold && { reason: result.hold.reason, losing: result.hold.losing, holders: result.hold.holders },
			failure: result.failure,
			report: report.kind === 'posted' ? report.url : null,
			issues: result.issues.map((issue) => ({
				id: issue.id,
				type: issue.type,
				severity: issue.severity,
				discordId: issue.discordId,
				discordName: issue.discordName,
				roles: issue.discordRoles,
				expectedRoles: issue.expectedRoles,
				description: issue.description,
				open: open.has(issue.id)
			}))
		},
		null,
		'\t'
	);
}

/** Without a state, because the database does not answer any more, an issue counts as open. */
function openIssues({ result, states }: OneShot): readonly OpenIssue[] {
	return result.issues.filter(({ id }) => {
		const state = states.get(id);
		return state === undefined || resolutionOf(state) === null;
	});
}

function changedLine({ autoFixEnabled, issuesFixed }: ReconciliationResult): string {
	if (issuesFixed > 0) return `Fixed ${count(issuesFixed, 'issue')}.`;
	return autoFixEnabled ? 'Nothing was changed.' : 'Report only: nothing was changed.';
}

function issueLine(issue: OpenIssue): string {
	return `  ${plain(issue.discordName)} (${issue.discordId}): ${heading(issue)}. ${plain(issue.description)}`;
}

function locationLine(report: ReportLocation): string {
	switch (report.kind) {
		case 'posted':
			return `Report: ${report.url}`;
		case 'not-posted':
			return `The report could not be posted in the admin channel: ${report.why === null ? 'no reason is known yet.' : plain(report.why)} It is stored; the next run, or the bot, posts it.`;
		case 'unknown':
			return 'Could not read where the report is: look in the admin channel.';
	}
}

/** One line without characters that control a terminal. */
function plain(text: string): string {
	return clean(withPlainDays(text));
}
