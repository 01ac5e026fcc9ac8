import { html, nothing, type TemplateResult } from 'lit';
import type { FoundSubscription, Price } from '../client/api.js';
import { api } from '../client/api.js';
import { itemsText, offered, priceName, priceText } from './prices.js';
import { SUBSCRIPTION_ACTIONS } from './subscription-actions.js';

/** One subscription in the list, with everything that can be done to it. */

/** Changes something in Stripe, under the name that the user reads afterwards. */
export type Change = (name: string, what: () => Promise<unknown>) => Promise<void>;

/** @param done - name of the change that was made to it last; empty if it is another's */
export function subscriptionItem(subscription: FoundSubscription, prices: readonly Price[], change: Change, done: string): TemplateResult {
	const { id, status, items, customer, people } = subscription;
	const names = items.map(({ price }) => priceName(price, prices)).join(' + ');
	return html`<li>
		<details>
			<summary>
				<strong><bdi>${names}</bdi></strong> · ${status}${subscription.cancelAtPeriodEnd ? ' · ends with its period' : ''}
				<span class="payer"><bdi>${customer.email ?? customer.name ?? customer.id}</bdi>${people.length > 0 ? html` · ${peopleText(people)}` : nothing}</span>
			</summary>
			${facts(subscription, prices)} ${items.length === 1 ? priceForm(subscription, prices, change) : nothing}
			${SUBSCRIPTION_ACTIONS.map(({ title, actions }) => {
				const possible = actions.filter((each) => each.isPossible(subscription));
				if (possible.length === 0) return nothing;
				return html`<h3>${title}</h3>
					<ul class="actions">
						${possible.map(
							({ label, does, run }) => html`<li>
								<button class="button secondary" @click=${() => change(label, () => run(id))}>${label}</button> <small>${does}</small>
							</li>`
						)}
					</ul>`;
			})}
			${doneLine(done)}
		</details>
	</li>`;
}

export function doneLine(done: string): TemplateResult {
	return html`<p class="note" role="status">${done === '' ? '' : `✓ Done: ${done}.`}</p>`;
}

/** Members of a team may be many. */
const MAX_PEOPLE = 3;

function peopleText(people: FoundSubscription['people']): TemplateResult {
	const more = people.length - MAX_PEOPLE;
	return html`${people.slice(0, MAX_PEOPLE).map(({ username }, index) => html`${index > 0 ? ', ' : ''}@<bdi>${username}</bdi>`)}
	${more > 0 ? ` and ${more} more` : ''}`;
}

function facts(subscription: FoundSubscription, prices: readonly Price[]): TemplateResult {
	const { id, customer, periodEnd, failedAt, endedAt } = subscription;
	const fact = (name: string, value: string | null) =>
		value === null
			? nothing
			: html`<dt>${name}</dt>
					<dd><bdi>${value}</bdi></dd>`;
	return html`<dl class="facts">
		${fact('Price', itemsText(subscription, prices))} ${fact('Period ends', endedAt === null ? date(periodEnd) : null)}
		${fact('Unpaid since', failedAt === null ? null : date(failedAt))} ${fact('Ended', endedAt === null ? null : date(endedAt))}
		${fact('Customer', [customer.name, customer.email, customer.id].filter(Boolean).join(', '))} ${fact('ID', id)}
	</dl>`;
}

function priceForm({ id, items }: FoundSubscription, prices: readonly Price[], change: Change): TemplateResult {
	const submit = (event: SubmitEvent) => {
		event.preventDefault();
		const price = String(new FormData(event.target as HTMLFormElement).get('price'));
		void change(`Price changed to ${priceName(price, offered(prices))}`, () => api.changeSubscription(id, { price }));
	};
	return html`<form class="inline" @submit=${submit}>
		<label class="field"
			>Change the price to
			<select name="price">
				${offered(prices).map((each) => html`<option value=${each.id} ?selected=${each.id === items[0]?.price}>${priceText(each)}</option>`)}
			</select></label
		>
		<button class="button secondary">Change</button>
	</form>`;
}

function date(seconds: number): string {
	return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(seconds * 1_000));
}
