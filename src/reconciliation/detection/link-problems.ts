import type { LinkProblem, UnknownReason } from '../domain/unknown.js';

/** Links that do not count, for operators. */

interface Texts {
	/** A sentence about one member, without its full stop. */
	readonly describe: (customerId: string, value: string) => string;
	/** What several members are, to follow "they are". */
	readonly many: string;
	/** What an operator can do, without a full stop. */
	readonly advice: string;
}

const CORRECT_IN_STRIPE = 'correct the ID in Stripe, or use `/reconcile link`';

const TEXTS: Readonly<Record<LinkProblem, Texts>> = {
	overridden: {
		describe: (customerId) => `${customerId} names them in Stripe, but the database gives it to someone else`,
		many: 'named in Stripe by customers that the database gives to someone else',
		advice: 'correct the metadata in Stripe, or use `/reconcile unlink` on the other member'
	},
	several: {
		describe: (customerId) => `${customerId} pays for several members, and one of its subscriptions does not say for whom`,
		many: 'named by customers that pay for several members, with a subscription that does not say for whom it is',
		advice: "add the member's Discord ID to that subscription in Stripe"
	},
	unreadable: {
		describe: (customerId, value) => `the Discord ID of ${customerId} in Stripe is ${quoted(value)}, which may mean them`,
		many: 'perhaps meant by Discord IDs in Stripe that cannot be read',
		advice: CORRECT_IN_STRIPE
	},
	disputed: {
		describe: (customerId) => `the database gives ${customerId} to more than one member or team`,
		many: 'linked to customers that the database gives to others, too',
		advice: 'use `/reconcile unlink` on those for whom they do not pay'
	},
	'unreadable-row': {
		describe: (customerId) => `the database links ${customerId} to a Discord ID that cannot be read, and may mean them`,
		many: 'perhaps meant by Discord IDs in the database that cannot be read',
		advice: 'correct them in the database, or use `/reconcile link`'
	},
	rounded: {
		describe: (customerId, value) =>
			`${customerId} names ${value}, which no member here has, and looks like theirs, rounded by a spreadsheet`,
		many: 'not named, but IDs that look like theirs, rounded by a spreadsheet',
		advice: CORRECT_IN_STRIPE
	},
	missing: {
		describe: (customerId) => `the database links them to ${customerId}, a customer that Stripe does not have`,
		many: 'linked by the database to customers that Stripe does not have',
		advice: 'check that the Stripe key belongs to the right account, or use `/reconcile unlink`, then `/reconcile link`'
	}
};

type LinkReason = Extract<UnknownReason, { readonly kind: 'link' }>;

/** What is wrong with one member's link, as a sentence without its full stop. */
export function describeLink({ customerId, problem, value }: LinkReason): string {
	return TEXTS[problem].describe(customerId, value ?? '');
}

/** What is wrong with the links of several members, to follow "they are". */
export function describeLinks(problem: LinkProblem): string {
	return TEXTS[problem].many;
}

/** What an operator can do about it, as a sentence without its full stop. */
export function adviseOnLink(problem: LinkProblem): string {
	return TEXTS[problem].advice;
}

const MAX_VALUE_LENGTH = 60;

function quoted(value: string): string {
	return JSON.stringify(value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH)}…` : value);
}
