/** One thing after another: whoever comes waits until those before are done, well or badly. */
export class Mutex {
	private last: Promise<unknown> = Promise.resolve();

	public runExclusive<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.last.then(work);
		this.last = turn.catch(() => {});
		return turn;
	}
}
