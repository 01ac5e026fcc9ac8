import type { CatalogPrice } from '../domain/catalog.js';
import type { OnProgress } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import type { CheckResult } from '../health/doctor.js';
import type { Preflight } from './preflight.js';
import type { SettingValues } from './store.js';

/** The setup in Discord: an operator chooses roles, channel and what the prices buy. Nothing is in force until the answers are saved. */

/** A managed role, and the guild role chosen for it. */
export interface SetupRole {
	readonly name: RoleName;
	/** Null if none is chosen, or it does not exist. */
	readonly roleId: string | null;
	/** Why Reeve cannot use it, and what to do. */
	readonly problem: string | null;
	/** The variable that sets it: it cannot be changed in Discord. Null if none does. */
	readonly fixedBy: string | null;
}

/** What a price buys: a tier, nothing, or null for not decided yet. */
export type Buys = RoleName | typeof NOTHING | null;

/** No tier has this name. */
export const NOTHING = 'nothing';

export interface SetupPrice {
	readonly price: CatalogPrice;
	readonly buys: Buys;
	readonly fixedBy: string | null;
}

export type SetupPrices =
	| {
			readonly kind: 'read';
			readonly prices: readonly SetupPrice[];
			/** Whether all subscriptions were counted. */
			readonly complete: boolean;
			/** What the key may not read, and what to do. */
			readonly missing: readonly string[];
	  }
	| { readonly kind: 'failed'; readonly reason: string };

/** The answers so far, on top of the settings in force. */
export interface SetupView {
	readonly tiers: { readonly names: readonly RoleName[]; readonly fixedBy: string | null };
	/** One for each tier, lowest first, and Debtor. */
	readonly roles: readonly SetupRole[];
	readonly channel: { readonly id: string | null; readonly problem: string | null; readonly fixedBy: string | null };
	readonly prices: SetupPrices;
	/** What can be chosen for a price: lists that a variable sets cannot be extended. */
	readonly choices: readonly Exclude<Buys, null>[];
	/** The answers that are not saved yet; null if there are none. */
	readonly draft: SettingValues | null;
}

export type SetupAnswer = { readonly kind: 'kept' } | { readonly kind: 'refused'; readonly reason: string };

/** What would happen with these answers. */
export interface SetupCheck {
	/** Why they cannot be saved. */
	readonly problems: readonly string[];
	/** Of the doctor. */
	readonly results: readonly CheckResult[];
	/** Null if a source could not be read. */
	readonly preflight: Preflight | null;
	/** Why it could not. */
	readonly failure: string | null;
	readonly draft: SettingValues;
}

export type SaveResult =
	| { readonly kind: 'saved'; readonly changed: readonly string[] }
	/** Another operator changed an answer meanwhile. */
	| { readonly kind: 'changed' }
	| { readonly kind: 'invalid'; readonly problems: readonly string[] };

export interface SetupService {
	/** @param reread - whether to read the prices again, which are kept for some minutes */
	view(options?: { readonly reread?: boolean }): Promise<SetupView>;
	/** The names of the tiers with the answers, lowest first. */
	tiers(): Promise<readonly RoleName[]>;
	/** @param names - lowest first, separated by commas or lines */
	chooseTiers(names: string, actor: string): Promise<SetupAnswer>;
	chooseRole(name: RoleName, roleId: string, actor: string): Promise<SetupAnswer>;
	chooseChannel(channelId: string, actor: string): Promise<SetupAnswer>;
	choosePrice(priceId: string, buys: Buys, actor: string): Promise<SetupAnswer>;
	/** Compares everything with the answers. Changes nothing. */
	check(onProgress: OnProgress): Promise<SetupCheck>;
	/** Puts the answers that the operator saw into force. */
	save(shown: string, actor: string): Promise<SaveResult>;
	/** Drops the answers. */
	discard(): Promise<void>;
	/**
	 * At the first start, if there is something to set up: says so to the operators, once. Never throws.
	 * @returns whether an operator still has to set Reeve up
	 */
	welcome(): Promise<boolean>;
}
