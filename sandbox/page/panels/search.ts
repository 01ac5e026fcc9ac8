import { html, type TemplateResult } from 'lit';
import { redraw } from '../client/actions.js';

/** A field that narrows a long list, and how much of the list is shown. */

/** A list of thousands is narrowed by searching, not by scrolling. */
export const MAX_SHOWN = 50;

export interface Search {
	text: string;
}

/** @param found - called after the text has changed */
export function searchField(label: string, search: Search, found: () => void = redraw): TemplateResult {
	const change = (event: Event) => {
		search.text = (event.target as HTMLInputElement).value;
		found();
	};
	return html`<label class="field"
		>${label} <input type="search" autocomplete="off" spellcheck="false" .value=${search.text} @input=${change}
	/></label>`;
}

/** @param what - in the singular */
export function shownLine(total: number, what: string): TemplateResult {
	const number = new Intl.NumberFormat('en').format(total);
	const all = `${number} ${what}${total === 1 ? '' : 's'}.`;
	const text = total > MAX_SHOWN ? `The first ${MAX_SHOWN} of ${all} Type more to find others.` : all;
	return html`<p class="note" role="status">${text}</p>`;
}

/** Whether one of the texts contains what is typed, whatever its case. */
export function matches(text: string, ...texts: readonly (string | null)[]): boolean {
	const wanted = text.trim().toLowerCase();
	return texts.some((each) => each?.toLowerCase().includes(wanted));
}
