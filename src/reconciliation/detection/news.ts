import type { OpenIssue } from '../domain/issue.js';

/** Whether an issue, as a run found it, was new or had come back: an earlier report does not show it. */
export function isNews({ timesSeen, cameBackAt, lastSeenAt }: Pick<OpenIssue, 'timesSeen' | 'cameBackAt' | 'lastSeenAt'>): boolean {
	return timesSeen === 1 || cameBackAt?.getTime() === lastSeenAt.getTime();
}
