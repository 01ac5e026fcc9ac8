/** The schedule rests: for a while, or until an operator says otherwise. */

/** An operator's word that the schedule is to rest. */
export interface Pause {
	readonly pausedAt: Date;
	/** The operator's Discord ID. */
	readonly pausedBy: string;
	readonly reason: string | null;
	/** When it ends by itself; null: when an operator ends it. */
	readonly until: Date | null;
}

/** What pausing asks of the database. Each change is in the audit log with who made it. */
export interface PauseStore {
	/** The pause in force at that moment. */
	currentPause(now: Date): Promise<Pause | null>;
	/** When the last pause that is over ended; null if there was none. */
	lastPauseEnd(now: Date): Promise<Date | null>;
	/** Starts a pause in place of the one in force. @returns that one, or null */
	startPause(pause: Pause): Promise<Pause | null>;
	/** Ends the pause in force. @returns it, or null if there was none, or somebody else has just ended it */
	endPause(by: { readonly actor: string; readonly at: Date }): Promise<Pause | null>;
}
