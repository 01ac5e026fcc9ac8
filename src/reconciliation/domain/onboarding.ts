import type { RoleName } from './rules.js';

/** How much of what Stripe sells and of who holds a role a run could bring together. */
export interface Coverage {
	/** Customers that pay, or may. */
	readonly payers: number;
	/** Of these, those that a row or metadata links to a Discord user, or tries to. */
	readonly linkedPayers: number;
	/** Members with a managed role, without bots and exempt members. */
	readonly holders: number;
	/** Of these, those with no link at all, whose roles the server's own rule does not explain either. */
	readonly unlinkedHolders: number;
	/** The managed roles that they hold, lowest rank first. */
	readonly heldRoles: readonly RoleName[];
	/** Subscriptions that give something, or would if their prices were mapped. */
	readonly subscriptions: number;
	/** Of these, those of which it is not known what they buy, because no setting lists their prices. */
	readonly unmappedSubscriptions: number;
	/** Whether any tier has a price. */
	readonly hasMappedPrice: boolean;
}

export type OnboardingReason =
	/** What too many subscriptions buy is unknown. */
	| 'prices'
	/** Too many role holders have no link. */
	| 'links';

/** Setup that is not finished: a run found so little linked or mapped that its issues would accuse people who pay. */
export interface Onboarding extends Coverage {
	/** At least one. */
	readonly reasons: readonly OnboardingReason[];
	/** Members whom the issues of the run would take access from, or move down: an operator types their number to end it. */
	readonly losing: number;
	/** The metadata key in Stripe that holds a Discord ID. */
	readonly discordIdKey: string;
	/** The operator who decided since that these people are to be reported; null while no one has. */
	readonly endedBy: string | null;
}

/** An operator's decision that the people without a link, or with unmapped prices, are known and to be reported. */
export interface OnboardingEnd extends Pick<Coverage, 'holders' | 'unlinkedHolders' | 'subscriptions' | 'unmappedSubscriptions'> {
	/** The run whose numbers the operator saw: those above. */
	readonly runId: string;
	readonly actor: string;
	readonly at: Date;
}
