/**
 * What a subscription costs a month, written from Stripe's documentation of prices and discounts, independently of the code under test: in
 * whole units of 10^-30 of the smallest unit, invoice by invoice.
 */

interface BilledDiscount {
	/** What came with the subscription: the discount with its coupon, the discount with its coupon's ID, or its own ID alone. */
	readonly expanded: 'coupon' | 'discount' | 'nothing';
	readonly percent: number | null;
	readonly off: number | null;
	readonly currency: string | null;
	readonly duration: 'forever' | 'repeating' | 'once';
	readonly ends: 'never' | 'past' | 'future';
}

interface BilledItem {
	/** A decimal number in the currency's smallest unit. */
	readonly unit: string;
	readonly quantity: number;
	readonly interval: 'day' | 'week' | 'month' | 'year';
	readonly every: number;
	readonly tiered: boolean;
	readonly metered: boolean;
	readonly package: { readonly divide_by: number; readonly round: 'up' | 'down' } | null;
	readonly discounts: readonly BilledDiscount[];
}

export interface Billed {
	readonly currency: string;
	readonly items: readonly BilledItem[];
	readonly discounts: readonly BilledDiscount[];
	readonly customerDiscount: BilledDiscount | null;
}

const UNIT = 10n ** 30n;
const YEAR = { day: 365, week: 52, month: 12, year: 1 } as const;

/** A line of an invoice; `sure` unless it may be more. */
interface Line {
	readonly value: bigint;
	readonly sure: boolean;
}

export function billedMonthly(billed: Billed): { currency: string; amount: number; isMinimum: boolean } | null {
	if (billed.items.length === 0) return null;
	const { currency } = billed;
	const applicable = billed.discounts.length > 0 ? billed.discounts : billed.customerDiscount === null ? [] : [billed.customerDiscount];
	const schedules = [...new Set(billed.items.map(({ interval, every }) => `${every} ${interval}`))];
	// Of a month, multiplied by 12 × 12!, which every interval count divides.
	const scale = 12 * 479_001_600;
	let year = 0n;
	let sure = true;
	for (const schedule of schedules) {
		const items = billed.items.filter(({ interval, every }) => `${every} ${interval}` === schedule);
		const lines = items.map((item) => reduce(line(item), item.discounts, currency));
		const subtotal = { value: lines.reduce((sum, { value }) => sum + value, 0n), sure: lines.every((each) => each.sure) };
		const invoice = reduce(subtotal, applicable, currency);
		const [{ interval, every } = { interval: 'month', every: 1 } as const] = items;
		year += invoice.value * BigInt((scale / 12 / every) * YEAR[interval]);
		if (!invoice.sure) sure = false;
	}
	const unit = UNIT * BigInt(scale);
	const whole = year / unit;
	const amount = Number((year % unit) * 2n >= unit ? whole + 1n : whole);
	return !sure && amount === 0 ? null : { currency, amount, isMinimum: !sure };
}

function line(item: BilledItem): Line {
	if (item.tiered || item.metered) return { value: 0n, sure: false };
	const [whole = '0', part = ''] = item.unit.split('.');
	const unit = BigInt(whole) * UNIT + BigInt(part.padEnd(30, '0'));
	const exact = item.quantity / (item.package?.divide_by ?? 1);
	const bought = item.package?.round === 'down' ? Math.floor(exact) : Math.ceil(exact);
	return { value: unit * BigInt(bought), sure: true };
}

function reduce(before: Line, discounts: readonly BilledDiscount[], currency: string): Line {
	let line = before;
	for (const discount of discounts) {
		if (discount.expanded !== 'nothing' && discount.ends === 'past') continue;
		if (discount.expanded !== 'coupon') return { value: 0n, sure: false };
		if (discount.duration === 'once') continue;
		if (discount.percent !== null) {
			// At most two decimals.
			const kept = 10_000n - BigInt(Math.round(discount.percent * 100));
			line = { value: (line.value * kept) / 10_000n, sure: false };
		} else if (discount.currency === currency) {
			const left = line.value - BigInt(discount.off ?? 0) * UNIT;
			line = { value: left > 0n ? left : 0n, sure: false };
		} else return { value: 0n, sure: false };
	}
	return line;
}
