import { describe, expect, it } from 'vitest';
import { losesAccess, previewJson, previewLines, previewReply } from '../../../src/messages/replies/preview.js';
import { countEffects, type Effect } from '../../../src/reconciliation/domain/effect.js';
import type { Preview, PreviewedMember } from '../../../src/reconciliation/runs/preview.js';
import { brokenLimits } from '../limits.js';

const member = (number: number, effect: Effect, before: string[], after: string[]): PreviewedMember => ({
	discordId: `10000000000000000${number}`,
	discordName: `name${number}`,
	effect,
	before,
	after,
	stripeStatus: 'Active · Lord (price_lord) · sub_1'
});

function preview(members: readonly PreviewedMember[], over: Partial<Preview> = {}): Preview {
	const changes = ['Prices of Lord: price_lord → price_lrod'];
	return { changes, members, effects: countEffects(members), unknown: [], membersChecked: 250, ...over };
}

const SOME = preview([member(1, 'removes', ['Lord'], []), member(2, 'lowers', ['Lord'], ['Knight']), member(3, 'grants', [], ['Knight'])]);
const UNKNOWN = preview([], {
	unknown: [{ discordId: '100000000000000009', discordName: 'name9', why: 'they pay for price_lord, which no setting lists' }]
});
const SAME = preview([], { changes: [] });

describe('previewReply', () => {
	const shown = (of: Preview) => previewReply({ kind: 'preview', preview: of });

	it('says what changes, for whom, and that nothing was changed', () => {
		const { embeds, files } = shown(SOME);
		expect(embeds[0]?.color).toBe(0xed4245);
		expect(embeds[0]?.description).toContain('Prices of Lord: price_lord → price_lrod\n\n**1 loses access, 1 moves down, 1 gets access.**');
		expect(embeds[0]?.description).toContain('<@100000000000000001> · name1 loses access: Lord → no role');
		expect(embeds[0]?.footer?.text).toBe('Compared 250 members. Nothing was changed.');
		expect(String(files[0]?.attachment).trimEnd().split('\r\n')).toHaveLength(4);
	});

	it('says so if nothing would change', () => {
		expect(shown(SAME)).toMatchObject({ content: expect.stringContaining('no one gains or loses anything'), embeds: [], files: [] });
		expect(shown(preview([])).embeds[0]?.description).toContain('**No one gains or loses anything now.**');
	});

	it('counts those of whom nothing would be known any more', () => {
		expect(shown(UNKNOWN).embeds[0]).toMatchObject({ color: 0xf0a020 });
		expect(shown(UNKNOWN).embeds[0]?.description).toContain('would no longer know what 1 person should have');
		expect(String(shown(UNKNOWN).files[0]?.attachment)).toContain('"is unknown","<@100000000000000009>","name9"');
	});

	it('lists what is wrong with settings, and why a source could not be read', () => {
		expect(previewReply({ kind: 'invalid', problems: ['A is bad.', 'B is missing.'] }).content).toBe(
			'Reeve would not start with these settings:\n- A is bad.\n- B is missing.'
		);
		expect(previewReply({ kind: 'failed', reason: 'Stripe is away.' }).content).toBe(
			'The preview failed: Stripe is away. Nothing was changed.'
		);
	});

	it('keeps to the limits with thousands of hostile names and changes', () => {
		const members = Array.from({ length: 5000 }, (_, index) => ({
			...member(1, 'removes', ['x'.repeat(90)], []),
			discordName: index % 2 === 0 ? '@everyone'.repeat(50) : '[x](https://evil.example)'
		}));
		const { embeds } = shown(preview(members, { changes: Array.from({ length: 200 }, () => '*'.repeat(900)) }));
		expect(brokenLimits({ embeds, components: [], allowedMentions: { parse: [] } })).toEqual([]);
		const { content } = previewReply({ kind: 'invalid', problems: Array.from({ length: 99 }, () => 'x'.repeat(900)) });
		expect(content.length).toBeLessThanOrEqual(2000);
	});
});

describe('previewLines', () => {
	it('has everyone, by effect', () => {
		expect(previewLines(SOME).join('\n')).toBe(
			[
				'Prices of Lord: price_lord → price_lrod',
				'\n1 loses access, 1 moves down, 1 gets access.',
				'\nloses access (1):',
				'  name1 (100000000000000001): Lord → no role; Active · Lord (price_lord) · sub_1',
				'\nmoves down (1):',
				'  name2 (100000000000000002): Lord → Knight; Active · Lord (price_lord) · sub_1',
				'\ngets access (1):',
				'  name3 (100000000000000003): no role → Knight; Active · Lord (price_lord) · sub_1',
				'\nCompared 250 members. Nothing was changed.'
			].join('\n')
		);
		expect(previewLines(UNKNOWN).join('\n')).toContain('  name9 (100000000000000009): they pay for price_lord, which no setting lists');
	});
});

describe('previewJson', () => {
	it('has the counts and the people of each effect', () => {
		const { stripeStatus, discordId, discordName } = member(1, 'removes', [], []);
		expect(JSON.parse(previewJson(SOME))).toMatchObject({
			changes: ['Prices of Lord: price_lord → price_lrod'],
			counts: { loses: 1, movesDown: 1, gains: 1, movesUp: 0, other: 0, unknown: 0, membersChecked: 250 },
			loses: [{ discordId, discordName, before: ['Lord'], after: [], stripeStatus }],
			movesUp: [],
			unknown: []
		});
	});
});

describe('losesAccess', () => {
	it('is true if anyone loses access or moves down', () => {
		expect(losesAccess(SOME)).toBe(true);
		expect(losesAccess(preview([member(2, 'lowers', ['Lord'], ['Knight'])]))).toBe(true);
		expect(losesAccess(preview([member(3, 'grants', [], ['Knight'])]))).toBe(false);
		expect(losesAccess(UNKNOWN)).toBe(false);
	});
});
