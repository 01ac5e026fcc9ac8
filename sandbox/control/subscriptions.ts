import type { LinkRow } from '../bot/rows.js';
import type { SandboxEnvironment } from '../environment/environment.js';
import type { FoundSubscriptions } from './found-subscriptions.js';

/** Searches subscriptions by who pays them and who has a role by them. */

/** What identifies a person in the metadata of a subscription or a customer. */
const METADATA_KEY = 'discord_id';
/** People by whose names subscriptions are found. A longer text names fewer. */
const MAX_PEOPLE = 500;

/** As the control API of Stripe shows it. */
interface ShownSubscription {
	readonly id: string;
	readonly customer: string;
	readonly status: string;
	readonly price?: string;
	readonly quantity?: number;
	readonly items?: readonly { readonly price: string; readonly quantity: number }[];
	readonly metadata: Readonly<Record<string, string>>;
	readonly failedAt: number | null;
	readonly current_period_end: number;
	readonly cancel_at_period_end: boolean;
	readonly ended_at: number | null;
}

interface ShownCustomer {
	readonly id: string;
	readonly email?: string | null;
	readonly name?: string | null;
	readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * @param text - part of an ID, the customer's email or name, or a person's name or Discord ID; empty for all
 * @param limit - of the subscriptions, not of `total`
 */
export async function findSubscriptions(environment: SandboxEnvironment, text: string, limit: number): Promise<FoundSubscriptions> {
	const { stripe } = environment;
	const links = async (discordIds: readonly string[], customers: readonly string[]) =>
		(await environment.rows({ kind: 'links', discordIds, customers })) as LinkRow[];
	const { members, departed } = environment.discord.guild();
	const people = new Map([...departed, ...members].map(({ id, username }) => [id, { id, username }]));
	const customers = new Map((stripe.list('customers') as ShownCustomer[]).map((each) => [each.id, each]));
	const subscriptions = stripe.list('subscriptions') as ShownSubscription[];

	const contains = containing(text);
	const wanted = text === '' ? [] : [...people.values()].filter(({ id, username }) => contains(id, username)).slice(0, MAX_PEOPLE);
	const theirs = new Set(wanted.length > 0 ? (await links(idsOf(wanted), [])).map(({ customer }) => customer) : []);
	const found = subscriptions.filter((each) => {
		const customer = customers.get(each.customer);
		const person = personInMetadata(each, customer);
		const texts = [each.id, each.customer, customer?.email, customer?.name, person, people.get(person ?? '')?.username];
		return theirs.has(each.customer) || contains(...texts);
	});
	const shown = found.slice(0, limit);
	const rows = shown.length > 0 ? await links([], idsOf(shown.map(({ customer }) => ({ id: customer })))) : [];
	return {
		total: found.length,
		subscriptions: shown.map((each) => {
			const customer = customers.get(each.customer);
			const ids = new Set(rows.filter((row) => row.customer === each.customer).map(({ discordId }) => discordId));
			const named = personInMetadata(each, customer);
			if (named !== undefined) ids.add(named);
			return {
				id: each.id,
				status: each.status,
				items: each.items ?? [{ price: each.price ?? '', quantity: each.quantity ?? 1 }],
				periodEnd: each.current_period_end,
				cancelAtPeriodEnd: each.cancel_at_period_end,
				failedAt: each.failedAt,
				endedAt: each.ended_at,
				customer: { id: each.customer, email: customer?.email ?? null, name: customer?.name ?? null },
				people: [...ids].map((id) => people.get(id) ?? { id, username: id })
			};
		})
	};
}

const idsOf = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id);

function personInMetadata({ metadata }: ShownSubscription, customer: ShownCustomer | undefined): string | undefined {
	return metadata[METADATA_KEY] ?? customer?.metadata?.[METADATA_KEY];
}

/** @returns whether one of the texts contains this one, whatever its case */
function containing(text: string): (...texts: readonly (string | null | undefined)[]) => boolean {
	const wanted = text.trim().toLowerCase();
	return (...texts) => texts.some((each) => each?.toLowerCase().includes(wanted));
}
