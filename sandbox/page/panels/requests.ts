import { html, type TemplateResult } from 'lit';
import { api, type LoggedRequest } from '../client/api.js';
import type { Panel } from './panel.js';

/** The requests that the bot made to Discord, Stripe and the mail server. */

/** The newest, since a run over a large guild makes thousands. */
const MAX_REQUESTS = 200;

let requests: readonly LoggedRequest[] = [];

export const requestsPanel: Panel = {
	id: 'requests',
	title: 'Requests',
	events: ['requests'],
	async read() {
		requests = await api.requests(MAX_REQUESTS);
	},
	element: () => html`<p class="note">What Reeve sent, newest first.</p>
		<table class="list">
			<thead>
				<tr>
					<th scope="col">To</th>
					<th scope="col">Request</th>
					<th scope="col">Answer</th>
				</tr>
			</thead>
			<tbody>
				${requests.toReversed().map(requestRow)}
			</tbody>
		</table>`
};

function requestRow({ target, method, path, status, ms }: LoggedRequest): TemplateResult {
	return html`<tr>
		<td>${target}</td>
		<td><code>${method} ${path}</code></td>
		<td>${status === 0 ? 'no answer' : (status ?? '')} ${ms === null ? '' : html`<small>${Math.round(ms)} ms</small>`}</td>
	</tr>`;
}
