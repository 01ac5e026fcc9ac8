import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { count, describeRequester, duration } from '../format/format.js';
import { mention } from '../format/text.js';
import { ago } from '../format/timestamps.js';

/** What a run did, for the small print of its report. */

/** "-# Checked 246 members and 8 teams in 6 s · started by @operator · 2 minutes ago". */
export function smallPrint(result: ReconciliationResult): string {
	const teams = result.teamsChecked === 0 ? '' : ` and ${count(result.teamsChecked, 'team')}`;
	const subject = result.onlyMember === null ? `${count(result.membersChecked, 'member')}${teams}` : mention(result.onlyMember);
	return `-# Checked ${subject} in ${took(result)} · ${startedBy(result)} · ${ago(result.completedAt)}`;
}

export function took(result: ReconciliationResult): string {
	return duration(result.completedAt.getTime() - result.startedAt.getTime());
}

export function startedBy(result: ReconciliationResult): string {
	if (result.isVerificationRun || result.triggeredBy === 'verification') return 'verification after fixes';
	if (result.triggeredBy === 'scheduled') return 'daily run';
	return result.requestedBy === null ? 'started by an operator' : `started ${describeRequester(result.requestedBy)}`;
}
