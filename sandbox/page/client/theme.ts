import { html, type TemplateResult } from 'lit';
import { redraw } from './actions.js';

/** Light or dark: as the system is set, until the user chooses. */

type Theme = 'light' | 'dark';

function current(): Theme {
	const chosen = localStorage.getItem('theme');
	if (chosen === 'light' || chosen === 'dark') return chosen;
	return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export function applyTheme(): void {
	document.documentElement.dataset.theme = current();
}

export function themeSwitch(): TemplateResult {
	const other: Theme = current() === 'light' ? 'dark' : 'light';
	const change = () => {
		localStorage.setItem('theme', other);
		applyTheme();
		redraw();
	};
	return html`<button class="button secondary" @click=${change}>${other === 'light' ? 'Light' : 'Dark'}</button>`;
}

/** @param listener - called after the system's setting has changed */
export function onSystemTheme(listener: () => void): void {
	matchMedia('(prefers-color-scheme: light)').addEventListener('change', listener);
}
