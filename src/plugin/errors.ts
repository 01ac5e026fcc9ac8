/** Reeve cannot start in this bot. `message`: why, and what to do, for operators. */
export class StartError extends Error {
	public override readonly name = 'StartError';
}
