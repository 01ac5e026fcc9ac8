import { describe, expect, test } from 'vitest';
import { readinessReply } from '../../../src/messages/replies/readiness.js';
import type { DecidedFix, Readiness } from '../../../src/reconciliation/health/readiness.js';
import { brokenLimits } from '../limits.js';

const AT = new Date('2026-11-20T03:00:00Z');
const OPERATOR = '100000000000000402';

const decided = (decision: DecidedFix['decision'], name = 'ada'): DecidedFix => ({
	runId: 'run1',
	at: AT,
	endedAt: AT,
	issue: {
		id: 'i',
		discordId: '100000000000000001',
		discordName: name,
		planHash: '0123abcd',
		plan: { add: [], remove: ['Lord'] },
		effect: 'removes',
		linked: true,
		discordRoles: ['Lord'],
		cameBackAt: null
	},
	decision,
	by: decision === 'gone' ? null : OPERATOR,
	decidedAt: AT
});

const NONE = { applied: 0, automatic: 0, undone: 0, ignored: 0, 'came-back': 0, gone: 0, open: 0 };
const readiness = (changes: Partial<Readiness> = {}): Readiness => ({
	verdict: 'not-enough-data',
	days: 30,
	isOn: false,
	runs: 0,
	effects: { removes: 0, lowers: 0, tidies: 0, raises: 0, grants: 0 },
	decisions: NONE,
	objections: [],
	doubtful: [],
	holds: [],
	unfinished: [],
	...changes
});
const textOf = (given: Readiness, page = 0) => {
	const [embed] = readinessReply(given, page).embeds;
	return `${embed?.title}\n${embed?.description}`;
};

describe('readinessReply', () => {
	test('says what is missing without enough data', () => {
		expect(textOf(readiness())).toBe(
			'Not enough data about auto-fix yet\n' +
				'This takes 7 completed runs over all members and 10 fixes that operators have decided about, within 30 days. So far there are 0 and 0. Until then, apply or ignore what the reports show.\n\n' +
				'In 0 runs over all members and the changes between them, within 30 days, auto-fix would have changed nothing.'
		);
	});

	test('shows the numbers, and how to turn it on', () => {
		const text = textOf(
			readiness({
				verdict: 'ready',
				runs: 28,
				effects: { removes: 5, lowers: 0, tidies: 1, raises: 0, grants: 4 },
				decisions: { ...NONE, applied: 9, open: 1 },
				holds: [{ runId: 'run1', at: AT, hold: { reason: 'This would remove access from 9 of the 20 members.', losing: 9, holders: 20 } }]
			})
		);
		expect(text).toContain('`RECONCILIATION_AUTO_FIX` turns it on.');
		expect(text).toContain('- made 10 fixes: 5 lose access, 5 get or keep access\n- waited for your approval once');
		expect(text).toContain('- 9 applied by operators\n- 1 still open');
		expect(text).toContain(
			'**When it would have waited for your approval**\n- <t:1795143600:f> · This would remove access from 9 of the 20 members.'
		);
	});

	test('lists what speaks against it, with who and when', () => {
		const text = textOf(
			readiness({
				verdict: 'not-yet',
				objections: [decided('undone'), decided('ignored'), decided('came-back')],
				doubtful: [decided('gone')]
			})
		);
		expect(text).toContain('3 times auto-fix would have changed roles that operators left or put back');
		const found = '- <@100000000000000001> (ada) · Remove Lord · found <t:1795143600:f> · ';
		expect(text).toContain(
			[
				'**What speaks against it**',
				`${found}**undone** by <@${OPERATOR}> <t:1795143600:R>`,
				`${found}**ignored** by <@${OPERATOR}> <t:1795143600:R>`,
				`${found}fixed by <@${OPERATOR}>, **came back** <t:1795143600:R>`,
				'',
				'**Access it would have taken, of issues that went away without a fix**',
				`${found}went away without a fix <t:1795143600:R>`
			].join('\n')
		);
	});

	test('names what has to be finished first', () => {
		expect(textOf(readiness({ verdict: 'not-yet', unfinished: ['setup', 'rules'] }))).toContain('Finish the setup first');
	});

	test('is within the limits of Discord with thousands of entries and hostile names, on every page', () => {
		const hostile = `*_~\`|\\[]<>#-@everyone\u202E${'x'.repeat(500)}`;
		const many = readiness({
			verdict: 'not-yet',
			objections: Array.from({ length: 5_000 }, () => decided('undone', hostile)),
			decisions: { ...NONE, undone: 5_000 },
			effects: { removes: 5_000, lowers: 0, tidies: 0, raises: 0, grants: 0 },
			holds: Array.from({ length: 53 }, () => ({ runId: 'r', at: AT, hold: { reason: hostile, losing: 1, holders: 2 } }))
		});
		for (const page of [0, 624, 631, 99_999]) {
			const { embeds, components } = readinessReply(many, page);
			expect(brokenLimits({ embeds, components, allowedMentions: { parse: [] } })).toEqual([]);
		}
	});
});
