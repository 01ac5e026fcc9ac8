import { type APIButtonComponentWithCustomId, ButtonStyle, ComponentType } from 'discord.js';
import type { PageButton } from '../custom-id.js';
import { number } from '../format/format.js';

export interface PagerOptions {
	/** The page shown, counted from 0. */
	readonly page: number;
	readonly pages: number;
	/** Custom ID of a button that shows `page`. */
	readonly idOf: (page: number, button: PageButton) => string;
	readonly previousLabel?: string;
	readonly nextLabel?: string;
}

/** Previous, current and next page; no buttons for a single page. */
export function pager({
	page,
	pages,
	idOf,
	previousLabel = '◀ Previous',
	nextLabel = 'Next ▶'
}: PagerOptions): APIButtonComponentWithCustomId[] {
	if (pages <= 1) return [];
	const last = pages - 1;
	const button = (kind: PageButton, label: string, target: number, disabled: boolean): APIButtonComponentWithCustomId => ({
		type: ComponentType.Button,
		style: ButtonStyle.Secondary,
		label,
		custom_id: idOf(target, kind),
		disabled
	});
	return [
		button('previous', previousLabel, Math.max(0, page - 1), page === 0),
		button('current', `Page ${number(page + 1)} of ${number(pages)}`, page, true),
		button('next', nextLabel, Math.min(last, page + 1), page >= last)
	];
}
