import type { Account, Subscription } from '../domain/billing.js';
import { discordIdsIn, discordIdsWithin, isBlank, mayMean, parseDiscordId } from '../domain/discord-id.js';

/** Whom Stripe's metadata names for each subscription of a customer. Pure; rows, which override metadata, are not considered here. */

/** Whom a subscription pays for, by metadata. */
export type Payee =
	| { readonly kind: 'member'; readonly discordId: string }
	| { readonly kind: 'none' }
	/** One of these members, or another: a value cannot be read, or several members are named and it is not said which one. */
	| { readonly kind: 'uncertain'; readonly discordIds: readonly string[]; readonly values: readonly string[] };

const NO_MEMBER: Payee = { kind: 'none' };

/** A metadata value: a Discord ID, or a text that cannot be read as one. */
interface Name {
	readonly discordId: string | null;
	readonly value: string;
}

/**
 * One payee for each subscription, in their order. The most specific name counts: the subscription's own, the customer's, or the one that
 * the customer's other subscriptions agree on. A value that cannot be read may also mean the member who would count without it.
 */
export function payeesOf({ customer, subscriptions }: Account): readonly Payee[] {
	const own = nameIn(customer.metadataDiscordId);
	const names = subscriptions.map(({ metadataDiscordId }) => nameIn(metadataDiscordId));
	if (names.every((name) => name === null)) {
		if (own === null) return names.map(() => NO_MEMBER);
		const payee = own.discordId === null ? unreadable(own.value, NO_MEMBER) : memberOf(own.discordId);
		return names.map(() => payee);
	}
	const byOthers = agreedOn(names);
	const byCustomer = own === null ? byOthers : own.discordId === null ? unreadable(own.value, byOthers) : memberOf(own.discordId);
	return names.map((name) => {
		if (name === null) return byCustomer;
		return name.discordId === null ? unreadable(name.value, byCustomer) : memberOf(name.discordId);
	});
}

/** The subscriptions that pay for the member. */
export function subscriptionsFor(discordId: string, account: Account): readonly Subscription[] {
	const payees = payeesOf(account);
	return account.subscriptions.filter((_, index) => {
		const payee = payees[index];
		return payee?.kind === 'member' && payee.discordId === discordId;
	});
}

/** Whether the payee is this member, or may be. */
export function mayPayFor(payee: Payee, discordId: string): boolean {
	if (payee.kind === 'member') return payee.discordId === discordId;
	return payee.kind === 'uncertain' && payee.discordIds.includes(discordId);
}

/** The metadata value that a customer and its subscriptions have, if all that have one have the same; null for none, undefined for several. */
export function onlyValueIn({ customer, subscriptions }: Account): string | null | undefined {
	let only = customer.metadataDiscordId || null;
	for (const { metadataDiscordId } of subscriptions) {
		if (!metadataDiscordId || metadataDiscordId === only) continue;
		if (only !== null) return undefined;
		only = metadataDiscordId;
	}
	return only;
}

/** The members that a customer's metadata names readably, its own or a subscription's; each once, sorted. */
export function discordIdsInMetadata(account: Account): readonly string[] {
	return [...new Set(namesIn(account).flatMap(({ discordId }) => discordId ?? []))].sort();
}

/** The members whom a customer's metadata names or may mean, readable or not. */
export function membersIn(account: Account | undefined): readonly string[] {
	return account === undefined ? [] : namesIn(account).flatMap(({ value }) => discordIdsIn(value));
}

/** Whether a customer's metadata names the member, or has a value that may mean them. */
export function mayName(account: Account, discordId: string): boolean {
	return namesIn(account).some(({ value }) => mayMean(value, discordId));
}

/** The metadata values of a customer and its subscriptions that cannot be read; each once, sorted. */
export function unreadableValues(account: Account): readonly string[] {
	return [...new Set(namesIn(account).flatMap(({ discordId, value }) => (discordId === null ? value : [])))].sort();
}

function namesIn({ customer, subscriptions }: Account): readonly Name[] {
	return [customer, ...subscriptions].flatMap(({ metadataDiscordId }) => nameIn(metadataDiscordId) ?? []);
}

function nameIn(value: string | null): Name | null {
	if (value === null || isBlank(value)) return null;
	return { discordId: parseDiscordId(value), value };
}

/** Whom subscriptions without a name of their own pay for, by the names of the others. */
function agreedOn(names: readonly (Name | null)[]): Payee {
	const discordIds = new Set<string>();
	const values = new Set<string>();
	for (const name of names) {
		if (name === null) continue;
		if (name.discordId === null) values.add(name.value);
		else discordIds.add(name.discordId);
	}
	const [only] = discordIds;
	if (only !== undefined && discordIds.size === 1 && values.size === 0) return memberOf(only);
	return uncertain([...discordIds, ...[...values].flatMap(discordIdsWithin)], [...values]);
}

function unreadable(value: string, otherwise: Payee): Payee {
	const others = otherwise.kind === 'member' ? [otherwise.discordId] : otherwise.kind === 'uncertain' ? otherwise.discordIds : [];
	const values = otherwise.kind === 'uncertain' ? otherwise.values : [];
	return uncertain([...discordIdsWithin(value), ...others], [value, ...values]);
}

function uncertain(discordIds: readonly string[], values: readonly string[]): Payee {
	return { kind: 'uncertain', discordIds: [...new Set(discordIds)].sort(), values: [...new Set(values)].sort() };
}

function memberOf(discordId: string): Payee {
	return { kind: 'member', discordId };
}
