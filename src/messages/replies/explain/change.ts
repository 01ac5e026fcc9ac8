import type { AuditAction, AuditEntry } from '../../../reconciliation/domain/audit.js';
import type { FixOutcome } from '../../../reconciliation/domain/issue.js';
import type { MemberRow } from '../../../reconciliation/domain/links.js';
import { describeActor, roles } from '../../format/format.js';
import { cut, escapeText, sentence } from '../../format/text.js';
import { day, moment } from '../../format/timestamps.js';
import { type CustomerContext, describeCustomer } from './links.js';

/** A member's audit entries, one line each. */

const VALUE_LENGTH = 70;
const DETAIL_LENGTH = 80;

const ACTION_NAMES: Readonly<Partial<Record<AuditAction, string>>> = {
	fix: 'fix',
	undo: 'undo',
	pause: 'pause',
	resume: 'resume',
	hold: 'hold',
	'accept-rules': 'accepted rules',
	'end-onboarding': 'ended setup',
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

/** "… · @operator · fix: Knight → Lord", "… · @operator · exempted until …". */
export function changeLine(entry: AuditEntry, stripe: CustomerContext): string {
	const { at, actor, outcome, detail } = entry;
	const ended = OUTCOME_NAMES[outcome as FixOutcome];
	const said = detail === null ? '' : ` (${sentence(detail, DETAIL_LENGTH)})`;
	return `${moment(at)} · ${describeActor(actor)} · ${describeChange(entry, stripe)}${ended === undefined ? '' : `, ${ended}`}${said}`;
}

function describeChange({ action, before, after }: AuditEntry, stripe: CustomerContext): string {
	switch (action) {
		case 'exempt': {
			const { expiresAt = null } = (after ?? {}) as { readonly expiresAt?: string | null };
			return `**exempted** ${expiresAt === null ? 'until an operator ends it' : `until ${day(new Date(expiresAt))}`}`;
		}
		case 'end-exemption':
			return '**exemption ended**';
		case 'link':
			return `**linked** to ${describeRow(after, stripe)}`;
		case 'unlink':
			return `**unlinked** from ${describeRow(before, stripe)}`;
		default:
			return `**${ACTION_NAMES[action] ?? escapeText(action, 20)}**: ${values(before, after)}`;
	}
}

/** The customer of a stored row; or its team, of which it has only the ID. */
function describeRow(row: unknown, stripe: CustomerContext): string {
	const { stripeCustomerId = null, teamId = null } = (row ?? {}) as Partial<MemberRow>;
	if (stripeCustomerId !== null) return describeCustomer(stripeCustomerId, stripe);
	return teamId === null ? 'an empty row' : 'a team';
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
