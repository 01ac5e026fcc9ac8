import { describe, expect, test } from 'vitest';
import { COLOURS } from '../../../src/messages/format/colours.js';
import { doctorEmbed, doctorLines, verdictOf } from '../../../src/messages/replies/doctor.js';
import type { CheckResult, CheckVerdict } from '../../../src/reconciliation/health/doctor.js';
import { brokenLimits } from '../limits.js';

const finding = (verdict: CheckVerdict, message = 'So it is.', subject = 'Stripe'): CheckResult => ({ verdict, message, subject });

describe('doctor results', () => {
	test.each<[CheckResult[], string, number]>([
		[[finding('ok')], 'All checks passed', COLOURS.good],
		[[finding('ok'), finding('warning')], 'OK with 1 warning', COLOURS.amber],
		[[finding('error'), finding('warning'), finding('ok')], '1 thing needs fixing', COLOURS.bad],
		[[finding('error'), finding('blocking')], '2 things need fixing', COLOURS.bad]
	])('sums up the verdicts: %#', (findings, verdict, color) => {
		expect(verdictOf(findings)).toBe(verdict);
		expect(doctorEmbed(findings)).toMatchObject({ title: `Doctor: ${verdict}`, color });
	});

	test('lists the worst first and says when no run can start', () => {
		const embed = doctorEmbed([finding('ok', 'W.'), finding('warning', 'A.'), finding('blocking', 'B.'), finding('error', 'X.')]);
		expect(embed.fields?.map(({ value }) => value)).toEqual([
			'✗ **Stripe**: B.',
			'✗ **Stripe**: X.',
			'! **Stripe**: A.',
			'✓ **Stripe**: W.'
		]);
		expect(embed.description).toContain('No run can start');
		expect(doctorEmbed([finding('error')]).description).not.toContain('No run can start');
	});

	test('keeps to the limits for any results', () => {
		const many = (['blocking', 'error', 'warning', 'ok'] as const).flatMap((verdict) =>
			Array.from({ length: 60 }, (_, index) => finding(verdict, `${index} @everyone ${'*'.repeat(2_000)}`))
		);
		expect(brokenLimits({ embeds: [doctorEmbed(many)], components: [], allowedMentions: { parse: [] } })).toEqual([]);
	});

	test('prints one line per result for a terminal', () => {
		expect(doctorLines([finding('ok', 'W.'), finding('error', 'X\nY.', 'Mail')])).toEqual(['✗ Mail: X Y.', '✓ Stripe: W.']);
	});
});
