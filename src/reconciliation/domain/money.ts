/**
 * What people pay, a month. Amounts are in the currency's smallest unit, as Stripe counts: 1000 is $10, and ¥1,000. Amounts of different
 * currencies are never added. Taxes are not part of them.
 */

export interface Money {
	/** Three lower-case letters. */
	readonly currency: string;
	/** A whole number, 0 or more. */
	readonly amount: number;
}

/** What a subscription costs a month; `isMinimum`: part of its price is unknown, so it costs at least that. */
export interface MonthlyPrice extends Money {
	readonly isMinimum: boolean;
}

/** What one or more people pay a month, or would. */
export interface MonthlyAmounts {
	/** One for each currency, sorted by its code. Empty if nothing is known. */
	readonly amounts: readonly Money[];
	/** Whether part of the prices is unknown: it is at least that. */
	readonly isMinimum: boolean;
}

/** What an issue is about in money. */
export interface IssueMoney extends MonthlyAmounts {
	/** `paid`: by a person without the access that they pay for. `unpaid`: what the access would cost. Null: neither, the price for information. */
	readonly counts: 'paid' | 'unpaid' | null;
}

/** A sum over people. */
export interface MonthlyTotal extends MonthlyAmounts {
	/** Number of people of whom no amount is known; they are not in the sum. */
	readonly unknown: number;
}

/** The money that issues are about. */
export interface MoneyTotals {
	/** What is paid by people without the access that they pay for. */
	readonly paid: MonthlyTotal;
	/** What the access would cost that people have and do not pay for. */
	readonly unpaid: MonthlyTotal;
}

const NOTHING_KNOWN: MonthlyAmounts = { amounts: [], isMinimum: false };

/** The sum of some prices; null for one that is unknown. */
export function sumPrices(prices: readonly (MonthlyPrice | null)[]): MonthlyAmounts {
	return sumAmounts(
		prices.map((price) => (price === null ? { amounts: [], isMinimum: true } : { amounts: [price], isMinimum: price.isMinimum }))
	);
}

/** Whether no amount is known. */
export function isUnknown({ amounts }: MonthlyAmounts): boolean {
	return amounts.length === 0;
}

/** Totals over issues; those of older versions have no `money`. */
export function moneyTotals(issues: Iterable<{ readonly money?: IssueMoney }>): MoneyTotals {
	const counted: Readonly<Record<'paid' | 'unpaid', IssueMoney[]>> = { paid: [], unpaid: [] };
	for (const { money } of issues) if (money !== undefined && money.counts !== null) counted[money.counts].push(money);
	return { paid: totalOf(counted.paid), unpaid: totalOf(counted.unpaid) };
}

function totalOf(all: readonly MonthlyAmounts[]): MonthlyTotal {
	const known = all.filter((each) => !isUnknown(each));
	return { ...(known.length === 0 ? NOTHING_KNOWN : sumAmounts(known)), unknown: all.length - known.length };
}

function sumAmounts(all: readonly MonthlyAmounts[]): MonthlyAmounts {
	const sums = new Map<string, number>();
	for (const { amounts } of all) for (const { currency, amount } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amount);
	const amounts = [...sums].map(([currency, amount]) => ({ currency, amount })).sort((a, b) => (a.currency < b.currency ? -1 : 1));
	return { amounts, isMinimum: all.some(({ isMinimum }) => isMinimum) };
}

/**
 * Sorts larger amounts first. Amounts of different currencies cannot be compared: the currency that most of the issues have comes first,
 * and an issue without a known amount last.
 */
export function byAmount(issues: Iterable<{ readonly money?: IssueMoney }>): (a: WithMoney, b: WithMoney) => number {
	const frequency = new Map<string, number>();
	for (const { money } of issues)
		for (const { currency } of money?.amounts ?? []) frequency.set(currency, (frequency.get(currency) ?? 0) + 1);
	const currencies = [...frequency].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1)).map(([currency]) => currency);
	const ranked = new Map(currencies.map((currency, rank) => [currency, rank]));
	const first = ({ money }: WithMoney) => {
		const ranks = (money?.amounts ?? []).map(({ currency, amount }) => ({ amount, rank: ranked.get(currency) ?? ranked.size }));
		return ranks.sort((a, b) => a.rank - b.rank)[0] ?? { amount: 0, rank: Number.POSITIVE_INFINITY };
	};
	return (a, b) => {
		const [one, other] = [first(a), first(b)];
		return one.rank === other.rank ? other.amount - one.amount : one.rank - other.rank;
	};
}

interface WithMoney {
	readonly money?: IssueMoney;
}

/** Stripe counts these in whole units, and these in thousandths; all others in hundredths, also those whose coins no longer exist. */
const WHOLE = new Set(['bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf']);
const THOUSANDTHS = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** Whether Stripe counts a currency in whole units. */
export function isCountedWhole(currency: string): boolean {
	return WHOLE.has(currency);
}

/** 1050 of "usd" → 10.5. */
export function unitsOf(amount: number, currency: string): number {
	return amount / (isCountedWhole(currency) ? 1 : THOUSANDTHS.has(currency) ? 1000 : 100);
}
