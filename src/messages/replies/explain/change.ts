import type { AuditAction, AuditEntry } from '../../../reconciliation/domain/audit.js';
import type { FixOutcome } from '../../../reconciliation/domain/issue.js';
import { describeActor, roles } from '../../format/format.js';
import { cut, escapeText } from '../../format/text.js';
import { moment } from '../../format/timestamps.js';

/** A member's audit entries, one line each. */

const VALUE_LENGTH = 70;
const DETAIL_LENGTH = 80;

const ACTION_NAMES: Readonly<Record<AuditAction, string>> = {
	fix: 'fix',
	undo: 'undo',
	link: 'link',
	unlink: 'unlink',
	exempt: 'exempt',
	'end-exemption': 'end of the exemption',
	pause: 'pause',
	resume: 'resume',
	hold: 'hold',
	'accept-rules': 'accepted rules',
	'accept-account': 'accepted Stripe account',
	release: 'release',
	setting: 'setting'
};

const OUTCOME_NAMES: Readonly<Partial<Record<FixOutcome, string>>> = {
	RESOLVED: 'the drift was gone',
	PLAN_CHANGED: 'another plan was right',
	EXEMPT: 'exempt, so nothing was touched',
	NOT_APPLIED: '**not applied** by Discord',
	FAILED: '**failed**',
	INTERRUPTED: '**interrupted**'
};

/** "… · @operator · fix: Knight → Lord". */
export function changeLine({ at, actor, action, before, after, outcome, detail }: AuditEntry): string {
	const ended = OUTCOME_NAMES[outcome as FixOutcome];
	const said = detail === null ? '' : ` (${escapeText(detail, DETAIL_LENGTH)})`;
	return `${moment(at)} · ${describeActor(actor)} · **${ACTION_NAMES[action] ?? escapeText(action, 20)}**: ${values(before, after)}${ended === undefined ? '' : `, ${ended}`}${said}`;
}

function values(before: unknown, after: unknown): string {
	if (before === null && after === null) return 'no roles known';
	return `${value(before)} → ${value(after)}`;
}

/** A list as role names, an object as its fields. */
function value(json: unknown): string {
	if (json === null || json === undefined) return 'nothing';
	if (Array.isArray(json)) return cut(roles(json.map(String)), VALUE_LENGTH) || 'no role';
	if (typeof json !== 'object') return escapeText(String(json), VALUE_LENGTH);
	const fields = Object.entries(json).flatMap(([name, field]) => (field === null ? [] : [`${name} ${plain(field)}`]));
	return escapeText(fields.join(', '), VALUE_LENGTH) || 'nothing';
}

function plain(field: unknown): string {
	return typeof field === 'object' ? JSON.stringify(field) : String(field);
}
