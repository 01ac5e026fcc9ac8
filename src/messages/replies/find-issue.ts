import type { ListedIssue } from '../../reconciliation/fixes/bulk-plan.js';
import { describePlan, heading } from '../format/format.js';
import { cut, plainName } from '../format/text.js';

/** Open issues by what an operator types. */

/** Discord's limits for suggestions. */
const SUGGESTIONS = 25;
const SUGGESTION_LENGTH = 100;

/** What a suggestion stands for: an issue, with the plan that it showed. */
const PICKED = /^([a-z0-9]{1,32}):([0-9a-f]{8})$/;

/** Suggests open issues whose person, kind or ID contains what was typed. */
export function suggestIssues(issues: readonly ListedIssue[], typed: string): { name: string; value: string }[] {
	const wanted = typed.trim().toLowerCase();
	return issues
		.map((issue) => ({
			name: cut(`${plainName(issue.discordName)} · ${heading(issue)} · ${describePlan(issue.plan)}`, SUGGESTION_LENGTH),
			value: `${issue.id}:${issue.planHash}`,
			id: issue.discordId
		}))
		.filter(({ name, value, id }) => name.toLowerCase().includes(wanted) || value.startsWith(wanted) || id.startsWith(wanted))
		.slice(0, SUGGESTIONS)
		.map(({ name, value }) => ({ name, value }));
}

/** What a picked suggestion stands for; null for what was typed by hand. */
export function pickedIssue(value: string): { issueId: string; planHash: string } | null {
	const [, issueId, planHash] = PICKED.exec(value.trim()) ?? [];
	return issueId === undefined || planHash === undefined ? null : { issueId, planHash };
}

/** The open issues that somebody may mean who typed a name, a Discord ID, a mention or an issue's ID. */
export function matchingIssues(issues: readonly ListedIssue[], typed: string): readonly ListedIssue[] {
	const wanted = typed.trim().toLowerCase();
	const id = /^<@!?(\d+)>$/.exec(wanted)?.[1] ?? wanted;
	return issues.filter((issue) => issue.id === id || issue.discordId === id || issue.discordName.toLowerCase() === wanted);
}
