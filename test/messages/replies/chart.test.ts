import { describe, expect, test } from 'vitest';
import { chartFile, describeFigures, withChart } from '../../../src/messages/replies/chart.js';
import type { DailyFigures } from '../../../src/reconciliation/health/daily-figures.js';
import { FIGURES } from '../../charts/figures.js';

const MUCH = {
	amounts: ['aud', 'bhd', 'chf', 'eur', 'gbp', 'jpy', 'usd'].map((currency) => ({ currency, amount: 1e15 })),
	isMinimum: true,
	unknown: 9
};
const MANY: DailyFigures = {
	timeZone: 'America/Argentina/ComodRivadavia',
	days: FIGURES.days.map(({ day }) => ({
		day,
		open: {
			MISSING_ACCESS: 1_000_000,
			UNAUTHORIZED_ACCESS: 1_000_000,
			ROLE_MISMATCH: 1_000_000,
			DEBTOR_MISMATCH: 1_000_000,
			UNLINKED: 1_000_000
		},
		repairs: { many: 1_000_000, medianMs: 1e12 },
		money: { paid: MUCH, unpaid: MUCH }
	})),
	repairs: { many: 30_000_000, medianMs: 1e12 }
};

describe('the chart', () => {
	test('has the figures in its alt text, for those who do not see it', () => {
		expect(describeFigures(FIGURES)).toBe(
			'Chart of the last 30 days, 31 Oct 2026 to 29 Nov 2026 (America/New_York). ' +
				'Open issues: 11 today, at most 30 on 14 Nov 2026. ' +
				'Paying but locked out: 6 today, at most 6 on 4 Nov 2026. ' +
				"Has access but isn't paying: 5 today, at most 5 on 1 Nov 2026. " +
				'Has the wrong role: 0 today, at most 12 on 16 Nov 2026. ' +
				'Payment status out of date: 0 today, at most 3 on 31 Oct 2026. ' +
				'Not linked to a Stripe customer: 0 today, at most 6 on 31 Oct 2026. ' +
				'Time to repair: 84 issues repaired, median 2.5 h; by day from 1.5 min to 4 d. ' +
				'Money: €9 and $60 a month paid without access, €9 and $145 a month of access not paid.'
		);
	});

	test('has an alt text that Discord takes, however many issues there are', () => {
		expect(describeFigures(MANY).length).toBeLessThan(1024);
	});

	test('is shown in the embed, which stays as it is without one', () => {
		const file = chartFile(FIGURES, Buffer.from('png'));
		expect(withChart({ title: 'Status' }, file)).toEqual({ title: 'Status', image: { url: `attachment://${file.name}` } });
		expect(withChart({ title: 'Status' }, null)).toEqual({ title: 'Status' });
	});
});
