import type { OddObject } from '../reconciliation/domain/billing.js';
import { SourceError } from '../reconciliation/domain/ports.js';

/** More of a reading cannot be left out as odd: then something is wrong with all of it. */
const MAX_SHARE = 0.01;

/** The odd objects of a reading: those that lack something that Reeve needs. */
export class OddObjects {
	private readonly byId = new Map<string, OddObject>();
	/** IDs of those that may entitle someone. */
	private readonly serious = new Set<string>();

	public get found(): readonly OddObject[] {
		return [...this.byId.values()];
	}

	/** @param isHarmless - whether it could not entitle anyone in any case */
	public add({ id, problem, couldBeAnyones }: OddObject, isHarmless = false): void {
		const known = this.byId.get(id);
		this.byId.set(id, {
			id,
			problem: known === undefined || known.problem === problem ? problem : `${known.problem} and ${problem}`,
			couldBeAnyones: couldBeAnyones || known?.couldBeAnyones === true
		});
		if (!isHarmless) this.serious.add(id);
	}

	/**
	 * One is always tolerated, however few objects there are.
	 * @param read - number of objects read
	 * @throws {SourceError} if there are too many
	 */
	public assertFew(read: number): void {
		const [first] = this.serious;
		if (first === undefined || this.serious.size <= Math.max(1, read * MAX_SHARE)) return;
		throw new SourceError(
			'stripe',
			`Stripe returned ${this.serious.size} of ${read} objects in an unexpected format, such as ${first}, which ${this.byId.get(first)?.problem}. Nothing was changed; run again. If it keeps happening, look whether a proxy answers in Stripe's place, and update Reeve.`
		);
	}
}
