/** Billing periods: months counted from the start of the subscription, with the day clamped to the length of the month. */

export interface Period {
	readonly start: number;
	readonly end: number;
}

export function addMonths(seconds: number, months: number): number {
	const date = new Date(seconds * 1000);
	const day = date.getUTCDate();
	date.setUTCDate(1);
	date.setUTCMonth(date.getUTCMonth() + months);
	const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
	date.setUTCDate(Math.min(day, last));
	return date.getTime() / 1000;
}

/** The period that contains `at`; the first one if `at` is before the anchor. */
export function periodAt(anchor: number, at: number): Period {
	const [from, to] = [new Date(anchor * 1000), new Date(at * 1000)];
	let months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
	if (addMonths(anchor, months) > at) months -= 1;
	months = Math.max(0, months);
	return { start: addMonths(anchor, months), end: addMonths(anchor, months + 1) };
}
