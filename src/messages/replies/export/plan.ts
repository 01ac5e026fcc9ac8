import type { Effect } from '../../../reconciliation/domain/effect.js';
import { withPlainDays } from '../../../reconciliation/domain/time-in-text.js';
import type { BulkPlan, ListedIssue } from '../../../reconciliation/fixes/bulk-plan.js';
import { heading, SEVERITY_NAMES } from '../../format/format.js';
import { idCell, MONEY_COLUMNS, moneyCells, planCell, rolesCell, utcCell } from './cells.js';
import { toCsv } from './csv.js';

/** The whole plan of a bulk fix as a CSV file: a message has room for some of its people only. */

const COLUMNS = [
	'Effect',
	'Person (ID)',
	'Person (name)',
	'Plan',
	'Kind',
	'Severity',
	'Description',
	'Stripe says',
	'Database says',
	'Discord says',
	'First seen (UTC)',
	...MONEY_COLUMNS
] as const;

const EFFECT_NAMES: Readonly<Record<Effect, string>> = {
	removes: 'loses access',
	lowers: 'moves down',
	tidies: 'keeps the same access',
	raises: 'moves up',
	grants: 'gets access'
};

export interface PlanFile {
	readonly file: { readonly attachment: Buffer; readonly name: string };
	/** Lines left out, because Discord takes no larger file. */
	readonly left: number;
}

export function planFile({ scope, runId, issues }: Pick<BulkPlan, 'scope' | 'runId' | 'issues'>): PlanFile {
	const { text, left } = toCsv(COLUMNS, issues.map(lineOf));
	return { file: { attachment: Buffer.from(text), name: `reeve-plan-${scope.toLowerCase()}-${runId}.csv` }, left };
}

function lineOf(issue: ListedIssue): (string | number)[] {
	return [
		EFFECT_NAMES[issue.effect],
		idCell(issue.discordId),
		issue.discordName,
		planCell(issue.plan),
		heading(issue),
		SEVERITY_NAMES[issue.severity],
		withPlainDays(issue.description),
		withPlainDays(issue.stripeStatus),
		issue.databaseStatus,
		rolesCell(issue.discordRoles),
		utcCell(issue.firstSeenAt),
		...moneyCells(issue.money)
	];
}
