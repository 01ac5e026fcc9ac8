import {
	type APIModalInteractionResponseCallbackData,
	type APIRoleSelectComponent,
	ButtonStyle,
	ComponentType,
	SelectMenuDefaultValueType,
	TextInputStyle
} from 'discord.js';
import { fingerprint } from '../../../reconciliation/domain/fingerprint.js';
import { DEBTOR } from '../../../reconciliation/domain/rules.js';
import type { SetupRole, SetupView } from '../../../reconciliation/setup/setup.js';
import { buildCustomId } from '../../custom-id.js';
import { escapeName } from '../../format/text.js';
import { pager } from '../../report/pager.js';
import { fixedNote, problemLine, row, type SetupScreen, screen } from './screen.js';

/** The first step: tiers and their roles. */

/** A message has five rows; two are buttons. */
const PER_PAGE = 3;

export const TIERS_FIELD = 'tiers';
const MAX_TIERS_LENGTH = 1000;

export function rolesScreen(view: SetupView, page: number, note: string | null): SetupScreen {
	const { tiers, roles } = view;
	const pages = Math.ceil(roles.length / PER_PAGE);
	const shown = Math.min(page, pages - 1);
	const lines = [
		`People can buy ${tiers.names.length === 1 ? 'one tier' : `${tiers.names.length} tiers`}: **${tiers.names.map((name) => escapeName(name)).join('** < **')}**. ${DEBTOR} is for people whose payment is overdue. Reeve gives and takes these roles and no others.`,
		'',
		...roles.flatMap(roleLines),
		...(tiers.fixedBy === null ? [] : ['', `The tiers are ${fixedNote(tiers.fixedBy)}.`])
	];
	const buttons = [
		...pager({
			page: shown,
			pages,
			idOf: (target, button) => buildCustomId({ action: 'setup', step: 'roles', page: target, opens: button })
		}),
		...(tiers.fixedBy === null
			? [
					{
						type: ComponentType.Button as const,
						style: ButtonStyle.Secondary as const,
						label: 'Change the tiers…',
						custom_id: buildCustomId({ action: 'setup-tiers' })
					}
				]
			: [])
	];
	const menus = roles.slice(shown * PER_PAGE, (shown + 1) * PER_PAGE).map((role) => row(menu(role, shown)));
	return screen(view, 'roles', { lines, note, rows: [...menus, ...(buttons.length === 0 ? [] : [row(...buttons)])] });
}

function roleLines({ name, roleId, problem, fixedBy }: SetupRole): readonly string[] {
	const line = `**${escapeName(name)}** → ${roleId === null ? 'no role yet' : `<@&${roleId}>`}${fixedBy === null ? '' : ` (${fixedNote(fixedBy)})`}`;
	return problem === null ? [line] : [line, problemLine(problem)];
}

function menu({ name, roleId, fixedBy }: SetupRole, page: number): APIRoleSelectComponent {
	return {
		type: ComponentType.RoleSelect,
		custom_id: buildCustomId({ action: 'setup-role', nameHash: fingerprint(name), page }),
		placeholder: `The role of ${name}…`,
		disabled: fixedBy !== null,
		...(roleId !== null && { default_values: [{ id: roleId, type: SelectMenuDefaultValueType.Role }] })
	};
}

/** Asks for the tiers. */
export function tiersModal(names: readonly string[]): APIModalInteractionResponseCallbackData {
	return {
		custom_id: buildCustomId({ action: 'setup-tiers' }),
		title: 'What people can buy',
		components: [
			{
				type: ComponentType.ActionRow,
				components: [
					{
						type: ComponentType.TextInput,
						custom_id: TIERS_FIELD,
						label: 'One tier a line, the lowest first',
						style: TextInputStyle.Paragraph,
						value: names.join('\n').slice(0, MAX_TIERS_LENGTH),
						required: true,
						max_length: MAX_TIERS_LENGTH
					}
				]
			}
		]
	};
}
