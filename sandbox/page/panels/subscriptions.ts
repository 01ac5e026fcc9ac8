import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { act, oneAtATime, redraw } from '../client/actions.js';
import { api, type FoundSubscriptions, type Price } from '../client/api.js';
import { newSubscription } from './new-subscription.js';
import type { Panel } from './panel.js';
import { MAX_SHOWN, type Search, searchField, shownLine } from './search.js';
import { type Change, subscriptionItem } from './subscription.js';

/** Stripe's subscriptions: found by who pays or who has a role by them. */

const search: Search = { text: '' };
let found: FoundSubscriptions = { total: 0, subscriptions: [] };
let prices: readonly Price[] = [];
/** The change that was made last, and the ID of the subscription. */
let done = { id: '', name: '' };

/** In place of an ID. */
const NEW = 'new';

async function readSubscriptions(): Promise<void> {
	[found, prices] = await Promise.all([api.subscriptions(search.text.trim(), MAX_SHOWN), api.prices()]);
}

const read = oneAtATime(readSubscriptions);

export const subscriptionsPanel: Panel = {
	id: 'subscriptions',
	title: 'Subscriptions',
	events: ['stripe'],
	read,
	element: () => html`${searchField('Email, name, or an ID', search, find)} ${shownLine(found.total, 'subscription')}
		<ul class="items">
			${repeat(
				found.subscriptions,
				({ id }) => id,
				(each) => subscriptionItem(each, prices, changing(each.id), doneTo(each.id))
			)}
		</ul>
		${newSubscription(prices, search.text, changing(NEW), doneTo(NEW))}`
};

/** Opens the panel with the subscriptions of a person, a customer, or all that contain the text. */
export function showSubscriptions(text: string): void {
	search.text = text;
	location.hash = subscriptionsPanel.id;
	find();
}

function find(): void {
	redraw();
	read();
}

const doneTo = (id: string) => (done.id === id ? done.name : '');

/** Does what the user asked for, and shows what Stripe has then. */
function changing(id: string): Change {
	return (name, what) => {
		done = { id: '', name: '' };
		return act(async () => {
			await what();
			await readSubscriptions();
			done = { id, name };
		});
	};
}
