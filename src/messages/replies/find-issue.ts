import { DRIFT_TYPES, type DriftType } from '../../reconciliation/domain/issue.js';
import type { ListedIssue } from '../../reconciliation/fixes/bulk-plan.js';
import { describePlan, heading, TYPE_NAMES } from '../format/format.js';
import { MAX_CHOICE_LENGTH } from '../format/limits.js';
import { cut, plainName } from '../format/text.js';

/** What an operator types to find an open issue. */

/** What a suggestion stands for: an issue, with the plan that it showed. */
const PICKED = /^([a-z0-9]{1,32}):([0-9a-f]{8})$/;

/** An issue as a suggestion. Its value binds the plan that the suggestion shows. */
export function suggestIssue(issue: ListedIssue): { name: string; value: string } {
	return {
		name: cut(`${plainName(issue.discordName)} · ${heading(issue)} · ${describePlan(issue.plan)}`, MAX_CHOICE_LENGTH),
		value: `${issue.id}:${issue.planHash}`
	};
}

/** The kinds of drift whose name contains what was typed. */
export function kindsNamed(typed: string): readonly DriftType[] {
	return DRIFT_TYPES.filter((type) => TYPE_NAMES[type].toLowerCase().includes(typed.trim().toLowerCase()));
}

/** What a picked suggestion stands for; null for what was typed by hand. */
export function pickedIssue(value: string): { issueId: string; planHash: string } | null {
	const [, issueId, planHash] = PICKED.exec(value.trim()) ?? [];
	return issueId === undefined || planHash === undefined ? null : { issueId, planHash };
}

/** The name or ID that was typed; of a mention, its Discord ID. */
export function typedIdOrName(typed: string): string {
	const wanted = typed.trim();
	return /^<@!?(\d+)>$/.exec(wanted)?.[1] ?? wanted;
}
