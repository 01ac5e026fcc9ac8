import { type APIStringSelectComponent, ButtonStyle, ComponentType } from 'discord.js';
import { fingerprint } from '../../../reconciliation/domain/fingerprint.js';
import { type Buys, NOTHING, type SetupPrice, type SetupView } from '../../../reconciliation/setup/setup.js';
import { buildCustomId } from '../../custom-id.js';
import { count } from '../../format/format.js';
import { MAX_CHOICE_LENGTH, MAX_CHOICES } from '../../format/limits.js';
import { priceLine } from '../../format/price.js';
import { cut, escapeName, escapeText } from '../../format/text.js';
import { pager } from '../../report/pager.js';
import { fixedNote, problemLine, row, type SetupScreen, screen, undecided } from './screen.js';

/** The third step: what each price buys. */

/** A message has five rows; two are buttons. */
const PER_PAGE = 3;
const LINE_LENGTH = 200;
const PLACEHOLDER_LENGTH = 150;

/** Value of a menu for a price of which it is not decided what it buys. No tier has this name. */
const UNDECIDED = 'unknown';

const menuValue = (buys: Buys): string => buys ?? UNDECIDED;
export const buysOf = (value: string): Buys => (value === UNDECIDED ? null : value);

const label = (buys: Buys) => (buys === null ? 'not decided yet' : buys === NOTHING ? 'no role' : buys);

export function pricesScreen(view: SetupView, page: number, note: string | null): SetupScreen {
	const { prices } = view;
	const reread = {
		type: ComponentType.Button as const,
		style: ButtonStyle.Secondary as const,
		label: 'Read Stripe again',
		custom_id: buildCustomId({ action: 'setup', step: 'prices', page, opens: 'reread' })
	};
	if (prices.kind === 'failed')
		return screen(view, 'prices', { lines: ['The prices could not be read.', problemLine(prices.reason)], note, rows: [row(reread)] });
	const pages = Math.max(1, Math.ceil(prices.prices.length / PER_PAGE));
	const shown = Math.min(page, pages - 1);
	const onPage = prices.prices.slice(shown * PER_PAGE, (shown + 1) * PER_PAGE);
	const open = undecided(view);
	const lines = [
		prices.prices.length === 0
			? 'Stripe has no recurring price yet. Create your products in the Stripe Dashboard → Product catalog, then read Stripe again.'
			: 'Say what each price buys. Until then Reeve does not know what people who pay it should have, and removes no role from them.',
		...(open === 0 ? [] : [`**${count(open, 'price')} that people pay ${open === 1 ? 'is' : 'are'} not decided yet.**`]),
		...prices.missing.map(problemLine),
		'',
		...onPage.map((each, index) => priceText(each, shown * PER_PAGE + index + 1, prices.complete))
	];
	const menus = onPage.map((each, index) => row(menu(view, each, shown, shown * PER_PAGE + index + 1)));
	const turn = pager({
		page: shown,
		pages,
		idOf: (target, button) => buildCustomId({ action: 'setup', step: 'prices', page: target, opens: button })
	});
	return screen(view, 'prices', { lines, note, rows: [...menus, row(...turn, reread)] });
}

function priceText({ price, buys, fixedBy }: SetupPrice, position: number, complete: boolean): string {
	const fixed = fixedBy === null ? '' : ` (${fixedNote(fixedBy)})`;
	return `**${position}** · ${escapeText(priceLine(price, complete), LINE_LENGTH)} → **${escapeName(label(buys))}**${fixed}`;
}

function menu({ choices }: SetupView, { price, buys, fixedBy }: SetupPrice, page: number, position: number): APIStringSelectComponent {
	// What is chosen must be among the options, also if a variable sets it.
	const offered: readonly Buys[] = [...new Set<Buys>([...choices.slice(0, MAX_CHOICES - 2), buys, null])];
	return {
		type: ComponentType.StringSelect,
		custom_id: buildCustomId({ action: 'setup-price', nameHash: fingerprint(price.id), page }),
		placeholder: cut(`${position} · what does it buy?`, PLACEHOLDER_LENGTH),
		disabled: fixedBy !== null,
		options: offered.map((each) => ({
			label: cut(each === null ? `${position} · not decided yet` : `${position} buys ${label(each)}`, MAX_CHOICE_LENGTH),
			value: cut(menuValue(each), MAX_CHOICE_LENGTH),
			default: each === buys
		}))
	};
}
