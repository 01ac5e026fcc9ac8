import { html, type TemplateResult } from 'lit';
import { api, type Price } from '../client/api.js';
import { state } from '../client/state.js';
import { offered, priceText } from './prices.js';
import { type Change, doneLine } from './subscription.js';

/** Sells a subscription to a member, or to a customer whose Discord account is not known. */

/** @param text - what is searched for: the member, if it names one */
export function newSubscription(prices: readonly Price[], text: string, change: Change, done: string): TemplateResult {
	const submit = (event: SubmitEvent) => {
		event.preventDefault();
		const form = event.target as HTMLFormElement;
		const data = new FormData(form);
		const value = (name: string) => String(data.get(name)).trim();
		void change('New subscription', async () => {
			const customer = await api.createCustomer(customerOf(value('member'), value('email')));
			await api.createSubscription({ customer, price: value('price'), status: value('status') });
			form.reset();
		});
	};
	return html`<h2>New subscription</h2>
		<form class="form" @submit=${submit}>
			<label class="field">Member: name or Discord ID <input name="member" autocomplete="off" value=${member(text)?.username ?? ''} /></label>
			<label class="field">Email, if it matters <input name="email" type="email" autocomplete="off" /></label>
			<label class="field"
				>Price
				<select name="price">
					${offered(prices).map((each) => html`<option value=${each.id}>${priceText(each)}</option>`)}
				</select></label
			>
			<label class="field"
				>Status
				<select name="status">
					<option>active</option>
					<option>trialing</option>
					<option>past_due</option>
				</select></label
			>
			<button class="button primary">Create</button>
			<small>Stripe gets a customer with the Discord ID in its metadata. Without a member, with none.</small>
			${doneLine(done)}
		</form>`;
}

/** @throws Error if no member has that name or ID */
function customerOf(text: string, email: string): { email: string; metadata: Record<string, string> } {
	if (text === '') return { email: email || 'customer@example.com', metadata: {} };
	const found = member(text);
	if (!found) throw new Error(`No member is called ${text}. Leave the field empty for a customer without a Discord account.`);
	return { email: email || `${found.username}@example.com`, metadata: { discord_id: found.id } };
}

function member(text: string): { id: string; username: string } | undefined {
	return state.people.get(text) ?? state.guild.members.find(({ username }) => username === text);
}
