import { type DailyFigures, lastDays } from '../../src/reconciliation/health/daily-figures.js';

const HOUR_MS = 3_600_000;

const total = (amount: number) => ({
	amounts: [
		{ currency: 'eur', amount: 900 },
		{ currency: 'usd', amount }
	],
	isMinimum: false,
	unknown: 0
});

/** Figures of 30 days with every kind of issue, a backlog that an operator fixes in the end, days without repair, and quick and slow repairs. */
export const FIGURES: DailyFigures = {
	timeZone: 'America/New_York',
	days: lastDays('America/New_York', new Date('2026-11-29T12:00:00Z')).map(({ day }, index) => ({
		day,
		open: {
			MISSING_ACCESS: 2 + (index % 5),
			...(index % 3 === 0 ? { UNAUTHORIZED_ACCESS: 1 + (index % 4) } : { UNAUTHORIZED_ACCESS: 5 }),
			...(index > 4 && index < 25 ? { ROLE_MISMATCH: Math.min(index - 4, 12) } : {}),
			...(index % 2 === 0 ? { DEBTOR_MISMATCH: 3 } : {}),
			...(index < 20 ? { UNLINKED: 6 } : {})
		},
		repairs:
			index % 6 === 5
				? { many: 0, medianMs: null }
				: { many: 1 + (index % 7), medianMs: index === 12 ? 4 * 24 * HOUR_MS : index > 22 ? 90_000 : (1 + (index % 9)) * HOUR_MS },
		money:
			index % 11 === 3
				? null
				: { paid: total((2 + (index % 5)) * 1_000), unpaid: total(index % 3 === 0 ? (1 + (index % 4)) * 2_900 : 14_500) }
	})),
	repairs: { many: 84, medianMs: 2.5 * HOUR_MS }
};
