/** A pause of the daily runs. */
export interface Pause {
	readonly pausedAt: Date;
	/** The operator's Discord ID. */
	readonly pausedBy: string;
	readonly reason: string | null;
	/** Null: until an operator ends it. */
	readonly until: Date | null;
}

/** Every change is recorded in the audit log. */
export interface PauseStore {
	/** The pause in force. */
	currentPause(now: Date): Promise<Pause | null>;
	/** When the last ended pause ended; null if there was none. */
	lastPauseEnd(now: Date): Promise<Date | null>;
	/** Starts a pause, replacing the one in force. @returns the replaced one, or null */
	startPause(pause: Pause): Promise<Pause | null>;
	/** Ends the pause in force. @returns it, or null if there was none or another operator has just ended it */
	endPause(by: { readonly actor: string; readonly at: Date }): Promise<Pause | null>;
}
