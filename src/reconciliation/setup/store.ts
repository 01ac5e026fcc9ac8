import { fingerprint } from '../domain/fingerprint.js';

/** Settings by the names of their variables. */
export type SettingValues = Readonly<Record<string, string>>;

/** Settings that operators chose in Discord, and the answers that are not saved yet. */
export interface SettingStore {
	readSettings(): Promise<SettingValues>;
	/** The answers of the setup in progress; null if none is. */
	readDraft(): Promise<SettingValues | null>;
	/**
	 * Adds answers to the setup in progress, or begins one. Answers of two operators at the same time are both kept.
	 * @param change - the answers, given those until then
	 */
	addToDraft(change: (draft: SettingValues | null) => SettingValues, by: { readonly actor: string; readonly at: Date }): Promise<void>;
	/** Drops the answers. */
	discardDraft(): Promise<void>;
	/**
	 * Saves the answers as settings, with an audit entry for each that changes, and ends the setup.
	 * @param shown - the answers that the operator confirmed
	 * @returns the changed names; null if the answers are others by now, and nothing was saved
	 */
	saveDraft(shown: SettingValues, by: { readonly actor: string; readonly at: Date }): Promise<readonly string[] | null>;
	/** True for the first call since the installation, and again only after {@link releaseWelcome}. */
	claimWelcome(at: Date): Promise<boolean>;
	/** The welcome could not be posted. */
	releaseWelcome(): Promise<void>;
}

/** Shows whether answers changed. */
export function draftHash(draft: SettingValues): string {
	const entries = Object.entries(draft).sort(([one], [other]) => (one < other ? -1 : 1));
	return fingerprint(JSON.stringify(entries));
}
