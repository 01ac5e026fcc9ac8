import { describe, expect, test } from 'vitest';
import type { Finding, Verdict } from '../../src/reconciliation/doctor.js';
import { COLOURS } from '../../src/report/colours.js';
import { doctorEmbed, doctorLines, verdictOf } from '../../src/report/doctor.js';
import { brokenLimits } from './limits.js';

const finding = (verdict: Verdict, words = 'So it is.', about = 'Stripe'): Finding => ({ verdict, words, about });

describe('what the doctor says', () => {
	test.each<[Finding[], string, number]>([
		[[finding('well')], 'All is well', COLOURS.good],
		[[finding('well'), finding('warning')], 'All works; 1 thing to be looked at', COLOURS.amber],
		[[finding('wrong'), finding('warning'), finding('well')], '1 thing needs to be put right', COLOURS.bad],
		[[finding('wrong'), finding('blocks')], '2 things need to be put right', COLOURS.bad]
	])('is summed up', (findings, said, color) => {
		expect(verdictOf(findings)).toBe(said);
		expect(doctorEmbed(findings)).toMatchObject({ title: `Doctor: ${said}`, color });
	});

	test('comes the worst first, and says when no run begins', () => {
		const embed = doctorEmbed([finding('well', 'W.'), finding('warning', 'A.'), finding('blocks', 'B.'), finding('wrong', 'X.')]);
		expect(embed.fields?.map(({ value }) => value)).toEqual([
			'✗ **Stripe**: B.',
			'✗ **Stripe**: X.',
			'! **Stripe**: A.',
			'✓ **Stripe**: W.'
		]);
		expect(embed.description).toContain('no run begins');
		expect(doctorEmbed([finding('wrong')]).description).not.toContain('no run begins');
	});

	test('fits whatever is found', () => {
		const many = (['blocks', 'wrong', 'warning', 'well'] as const).flatMap((verdict) =>
			Array.from({ length: 60 }, (_, index) => finding(verdict, `${index} @everyone ${'*'.repeat(2_000)}`))
		);
		expect(brokenLimits({ embeds: [doctorEmbed(many)], components: [], allowedMentions: { parse: [] } })).toEqual([]);
	});

	test('is one line each for a terminal', () => {
		expect(doctorLines([finding('well', 'W.'), finding('wrong', 'X\nY.', 'Mail')])).toEqual(['✗ Mail: X Y.', '✓ Stripe: W.']);
	});
});
