/** A setting that changed since the last start. */
export interface ChangedSetting {
	readonly name: string;
	/** Null if it was not set, or this version of Reeve did not know it. */
	readonly before: string | null;
	/** Null if it is no longer set. */
	readonly after: string | null;
}

export interface SettingsAuditStore {
	/**
	 * Compares the settings with those of the last start, stores them, and records each change in the audit log.
	 * @param settings - as they may be stored: secrets as fingerprints
	 * @returns the changes, sorted by name; none on the first start
	 */
	recordSettingsChanges(settings: ReadonlyMap<string, string>, at: Date): Promise<readonly ChangedSetting[]>;
}

/** The differences between two sets of settings, sorted by name. */
export function changesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly ChangedSetting[] {
	const names = [...new Set([...before.keys(), ...after.keys()])].sort();
	return (
		names
			.map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
			// An empty setting counts as one that is not set.
			.filter((change) => (change.before ?? '') !== (change.after ?? ''))
	);
}
