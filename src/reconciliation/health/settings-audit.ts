/** What somebody has changed in the settings since Reeve was last started. */

export interface ChangedSetting {
	readonly name: string;
	/** Null where it was not set, or was not known to this Reeve. */
	readonly before: string | null;
	/** Null where it is not set any more. */
	readonly after: string | null;
}

/** What noticing asks of the database. */
export interface SettingsAuditStore {
	/**
	 * Compares the settings with those of the last start, remembers them, and writes each change into the audit log.
	 * @param settings - as they may be stored: of a secret, a fingerprint
	 * @returns the changes, by name; none at the very first start
	 */
	recordSettingsChanges(settings: ReadonlyMap<string, string>, at: Date): Promise<readonly ChangedSetting[]>;
}

/** The differences between two sets of settings, by name. */
export function changesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly ChangedSetting[] {
	const names = [...new Set([...before.keys(), ...after.keys()])].sort();
	return names
		.map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
		.filter((change) => change.before !== change.after);
}
