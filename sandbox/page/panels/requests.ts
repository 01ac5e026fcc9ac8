import { html, type TemplateResult } from 'lit';
import { oneAtATime, redraw } from '../client/actions.js';
import { api, type LoggedRequest, type RequestCount } from '../client/api.js';
import type { Panel } from './panel.js';
import { type Search, searchField } from './search.js';

/** The requests that the bot made to Discord, Stripe and the mail server. */

/** The newest, since a run over a large guild makes thousands. */
const MAX_REQUESTS = 200;

const SERVICES = { stripe: 'Stripe', discord: 'Discord', gateway: 'Discord’s gateway', smtp: 'Mail server' } as const;

type Service = LoggedRequest['target'];

const search: Search = { text: '' };
let service: Service | '' = '';
let requests: readonly LoggedRequest[] = [];
let counts: readonly RequestCount[] = [];

const read = oneAtATime(async () => {
	[requests, counts] = await Promise.all([
		api.requests({ limit: MAX_REQUESTS, target: service, text: search.text.trim() }),
		api.requestCounts()
	]);
});

export const requestsPanel: Panel = {
	id: 'requests',
	title: 'Requests',
	events: ['requests'],
	read,
	element: () => html`<div class="form">
			${serviceSelect()} ${searchField('In the path, the method or the status', search, read)}
		</div>
		<p class="note" role="status">
			What Reeve sent, newest first.${requests.length === MAX_REQUESTS ? ` The newest ${MAX_REQUESTS} are shown.` : ''}
			${requests.length === 0 ? 'None matches.' : ''}
		</p>
		<ol class="requests">
			${requests.toReversed().map(requestItem)}
		</ol>`
};

function serviceSelect(): TemplateResult {
	const choose = (event: Event) => {
		service = (event.target as HTMLSelectElement).value as Service | '';
		redraw();
		read();
	};
	const option = (value: Service | '', title: string) =>
		html`<option value=${value} ?selected=${value === service}>${title} (${total(value)})</option>`;
	return html`<label class="field"
		>To
		<select @change=${choose}>
			${option('', 'All')} ${Object.entries(SERVICES).map(([value, title]) => option(value as Service, title))}
		</select></label
	>`;
}

function total(wanted: Service | ''): string {
	const sum = counts.filter(({ target }) => wanted === '' || target === wanted).reduce((all, { count }) => all + count, 0);
	return new Intl.NumberFormat('en').format(sum);
}

function requestItem({ target, method, path, status, ms }: LoggedRequest): TemplateResult {
	const failed = status === 0 || (status ?? 0) >= 400;
	return html`<li>
		<div class="between">
			<strong>${SERVICES[target]} · ${method}</strong>
			<span class=${failed ? 'failed' : ''}>${answerText(status)} ${ms === null ? '' : html`<small>${Math.round(ms)} ms</small>`}</span>
		</div>
		<code>${path}</code>
	</li>`;
}

function answerText(status: number | null): string {
	if (status === 0) return '✗ no answer';
	if (status === null) return '';
	return status >= 400 ? `✗ ${status}` : String(status);
}
