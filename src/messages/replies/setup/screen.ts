import {
	type APIActionRowComponent,
	type APIButtonComponentWithCustomId,
	type APIChannelSelectComponent,
	type APIEmbed,
	type APIRoleSelectComponent,
	type APIStringSelectComponent,
	ButtonStyle,
	ComponentType
} from 'discord.js';
import type { SetupView } from '../../../reconciliation/setup/setup.js';
import { draftHash } from '../../../reconciliation/setup/store.js';
import { buildCustomId, SETUP_STEPS, type SetupStep } from '../../custom-id.js';
import { COLOURS } from '../../format/colours.js';
import { fitLines } from '../../format/lines.js';
import { sentence } from '../../format/text.js';

/** What the steps of the setup have in common: one message that is edited from step to step. */

type Component = APIButtonComponentWithCustomId | APIStringSelectComponent | APIRoleSelectComponent | APIChannelSelectComponent;
export type Row = APIActionRowComponent<Component>;

export interface SetupScreen {
	readonly content: string;
	readonly embeds: APIEmbed[];
	readonly components: Row[];
}

const NAMES: Readonly<Record<SetupStep, string>> = { roles: 'Roles', channel: 'Channel', prices: 'Prices', check: 'Check and save' };

const PROBLEM_LENGTH = 400;
/** Of the 4,096 characters that Discord allows. */
const DESCRIPTION_LENGTH = 4000;

export const row = (...components: readonly Component[]): Row => ({ type: ComponentType.ActionRow, components: [...components] });

/** A problem in the operator's words, with a sign in front. */
export const problemLine = (problem: string): string => `⚠ ${sentence(problem, PROBLEM_LENGTH)}`;

/** Says why a menu is disabled. */
export const fixedNote = (variable: string): string => `set by \`${variable}\`, which overrides what is chosen here`;

/** The step that an operator has to do next. */
export function nextStep({ roles, channel, prices }: SetupView): SetupStep {
	if (roles.some(({ roleId, problem }) => roleId === null || problem !== null)) return 'roles';
	if (channel.id === null || channel.problem !== null) return 'channel';
	return undecided({ prices }) > 0 ? 'prices' : 'check';
}

/** Number of prices that someone pays and of which it is not decided what they buy. */
export function undecided({ prices }: Pick<SetupView, 'prices'>): number {
	if (prices.kind === 'failed') return 0;
	return prices.prices.filter(({ price, buys }) => buys === null && price.subscriptions > 0).length;
}

function isDone(step: SetupStep, view: SetupView): boolean {
	switch (step) {
		case 'roles':
			return view.roles.every(({ roleId, problem }) => roleId !== null && problem === null);
		case 'channel':
			return view.channel.id !== null && view.channel.problem === null;
		case 'prices':
			return view.prices.kind === 'read' && undecided(view) === 0;
		case 'check':
			return false;
	}
}

/** @param parts.lines - of the description @param note - the answer to what the operator just did */
export function screen(
	view: SetupView,
	step: SetupStep,
	parts: { readonly lines: readonly string[]; readonly rows: readonly Row[]; readonly colour?: number; readonly note?: string | null }
): SetupScreen {
	const at = SETUP_STEPS.indexOf(step);
	const steps = SETUP_STEPS.map((each, index) => navigation(each, index, { isCurrent: each === step, isDone: isDone(each, view) }));
	return {
		content: '',
		embeds: [
			{
				title: `Set up Reeve · step ${at + 1} of ${SETUP_STEPS.length}: ${NAMES[step]}`,
				color: parts.colour ?? COLOURS.busy,
				description: fitLines([...(parts.note ? [problemLine(parts.note), ''] : []), ...parts.lines], DESCRIPTION_LENGTH, {
					cutLast: true
				}),
				footer: {
					text: view.draft === null ? 'Nothing is changed until you save.' : 'Your answers are kept. Nothing is changed until you save.'
				}
			}
		],
		components: [...parts.rows, row(...steps, ...(view.draft === null ? [] : [startOver()]))]
	};
}

function navigation(
	step: SetupStep,
	index: number,
	{ isCurrent, isDone }: { readonly isCurrent: boolean; readonly isDone: boolean }
): APIButtonComponentWithCustomId {
	return {
		type: ComponentType.Button,
		style: isCurrent ? ButtonStyle.Primary : ButtonStyle.Secondary,
		label: `${isDone ? '✓' : `${index + 1}.`} ${NAMES[step]}`,
		custom_id: buildCustomId({ action: 'setup', step, page: 0, opens: 'step' })
	};
}

function startOver(): APIButtonComponentWithCustomId {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label: 'Drop my answers',
		custom_id: buildCustomId({ action: 'setup-discard' })
	};
}

/** Saves exactly the answers that were shown. */
export function saveButton(draft: Parameters<typeof draftHash>[0]): APIButtonComponentWithCustomId {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Success,
		label: 'Save these settings',
		custom_id: buildCustomId({ action: 'setup-save', shownHash: draftHash(draft) })
	};
}
