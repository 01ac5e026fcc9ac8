/** Shown in place of a private copy of a report whose list was deleted. */
export const OUTDATED_REPORT =
	'The list of this report is no longer stored: it is older than Reeve keeps lists (RECONCILIATION_SNAPSHOT_DAYS). Run `/reconcile run` for a new one; `/reconcile why` shows what happened to a member.';
