/** An operator's word that a person's roles are right as they are. */

/** An exemption as it is stored. It is never deleted: it ends by its `expiresAt`. */
export interface StoredExemption {
	readonly id: string;
	readonly discordId: string;
	readonly reason: string;
	/** The operator's Discord ID; a name where it was imported. */
	readonly createdBy: string;
	readonly createdAt: Date;
	/** Null: until an operator ends it. */
	readonly expiresAt: Date | null;
}

/** What exempting asks of the database. Each change is in the audit log with who made it. */
export interface ExemptionStore {
	/** Exempts a person from now on, in place of exemptions in force, and settles their open issue. */
	exempt(order: ExemptOrder, at: Date): Promise<ExemptResult>;
	/** Ends an exemption now. @returns it, or null if it has ended already, or there is none */
	endExemption(id: string, by: { readonly actor: string; readonly at: Date }): Promise<StoredExemption | null>;
	/** Those in force, the newest first. */
	exemptionsInForce(now: Date): Promise<readonly StoredExemption[]>;
	/** Whose live issue this is, and what has become of it; null if there is no such issue. */
	subjectOf(issueId: string): Promise<{ readonly discordId: string; readonly discordName: string; readonly settled: boolean } | null>;
}

export interface ExemptOrder {
	readonly discordId: string;
	readonly reason: string;
	/** Null: until an operator ends it. */
	readonly until: Date | null;
	/** The operator's Discord ID. */
	readonly actor: string;
}

/** What came of it. */
export interface ExemptResult {
	readonly exemption: StoredExemption;
	/** The exemptions that it takes the place of. */
	readonly replaced: readonly StoredExemption[];
	/** The newest run that saw the issue which this settled; null where there was none. */
	readonly settledIn: string | null;
}
