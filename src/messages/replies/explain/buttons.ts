import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import { rolesEqual } from '../../../reconciliation/detection/role-plan.js';
import { takesAccess } from '../../../reconciliation/domain/effect.js';
import type { Explanation } from '../../../reconciliation/members/explain.js';
import { type ActionOf, buildCustomId } from '../../custom-id.js';
import { planLabel } from '../../format/format.js';
import { MAX_LABEL_LENGTH } from '../../format/limits.js';
import { cut } from '../../format/text.js';
import { canFix } from './cause.js';

/** The buttons below an explanation: each only where it applies. */

export function explanationButtons(
	explanation: Explanation,
	shows: ActionOf<'explain'>['shows']
): readonly APIActionRowComponent<APIButtonComponent>[] {
	const { discordId } = explanation;
	const other = shows === 'answer' ? 'details' : 'answer';
	return [
		{
			type: ComponentType.ActionRow,
			components: [
				...fixButton(explanation),
				...(isIgnorable(explanation) ? [button('Ignore…', { action: 'exempt', discordId })] : []),
				...(isLinkable(explanation) ? [button('Link…', { action: 'ask-link-member', discordId })] : []),
				...undoButton(explanation),
				button(shows === 'answer' ? 'Show details' : 'Hide details', { action: 'explain', discordId, shows: other })
			]
		}
	];
}

function fixButton(explanation: Explanation): APIButtonComponent[] {
	const { issue } = explanation;
	if (issue === null || !canFix(explanation)) return [];
	const { id: issueId, planHash, plan } = issue;
	const label = cut(`Apply fix · ${planLabel(plan)}`, MAX_LABEL_LENGTH);
	return takesAccess(issue)
		? [button(label, { action: 'ask-fix', issueId, planHash }, ButtonStyle.Danger)]
		: [button(label, { action: 'fix-one', issueId, planHash }, ButtonStyle.Success)];
}

function isIgnorable({ member, drift, exemption }: Explanation): boolean {
	return member !== null && !member.bot && drift !== null && exemption === null;
}

function isLinkable({ known, canLink, member, breakdown }: Explanation): boolean {
	return known && canLink && breakdown.person === null && member !== null && !member.bot;
}

/** Not if the member no longer has the roles that the fix left: undoing it would change nothing. */
function undoButton({ member, undoable, changes: { newest } }: Explanation): APIButtonComponent[] {
	if (undoable === null || member === null) return [];
	const after = newest.find(({ attemptId }) => attemptId === undoable)?.after;
	if (Array.isArray(after) && !rolesEqual(member.roles, after.map(String))) return [];
	return [button('Undo the newest fix', { action: 'undo', attemptId: undoable })];
}

function button(
	label: string,
	action: Parameters<typeof buildCustomId>[0],
	style: ButtonStyle.Danger | ButtonStyle.Secondary | ButtonStyle.Success = ButtonStyle.Secondary
): APIButtonComponent {
	return { type: ComponentType.Button, style, label, custom_id: buildCustomId(action) };
}
