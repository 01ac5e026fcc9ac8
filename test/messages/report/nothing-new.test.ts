import { describe, expect, it } from 'vitest';
import { nothingNewReport } from '../../../src/messages/report/nothing-new.js';
import { reportPage } from '../../../src/messages/report/page.js';
import type { ReconciliationResult } from '../../../src/reconciliation/domain/run.js';
import { AT, AT_SECONDS, issue, issues, result, state } from '../fixtures.js';
import { brokenLimits } from '../limits.js';

const DAY = 86_400;
const known = (many: number, over: Partial<ReconciliationResult> = {}) =>
	result({
		issues: issues(many).map((each) => ({ ...each, firstSeenAt: new Date(AT.getTime() - 9 * DAY * 1000) })),
		news: {
			since: new Date(AT.getTime() - DAY * 1000),
			counts: { new: 0, back: 0, known: many },
			settled: { fixed: 0, undone: 0, ignored: 0, gone: 0 }
		},
		...over
	});
const view = (of: ReconciliationResult, states = new Map()) => ({ result: of, states });

describe('a daily report without news', () => {
	it('is one line, with a button that shows the people', () => {
		const { embeds, components } = nothingNewReport(view(known(50)));
		expect(embeds).toHaveLength(1);
		expect(embeds[0]).toMatchObject({
			title: 'Nothing new: 50 people still have the wrong roles',
			description: expect.stringMatching(`^-# The oldest open since <t:${AT_SECONDS - 9 * DAY}:D> · 250 members checked · <t:\\d+:R>$`)
		});
		expect(embeds[0]).not.toHaveProperty('fields');
		expect(components).toMatchObject([{ components: [{ label: 'Show these 50 people', custom_id: 'reeve:1:page:run1:0:current' }] }]);
	});

	it('says what was settled before it, and since', () => {
		const settled = { fixed: 2, undone: 0, ignored: 1, gone: 3 };
		const of = known(2, { news: { since: AT, counts: { new: 0, back: 0, known: 2 }, settled } });
		const { embeds } = nothingNewReport(view(of, new Map([['issue1', state({ status: 'FIXED' })]])));
		expect(embeds[0]?.description).toContain(`since <t:${AT_SECONDS}:D>: 2 fixed, 1 ignored, 3 gone without a fix · `);
		expect(embeds[0]?.description).toContain(' · 1 of 2 settled since this report · ');
	});

	it.each([1, 5, 53, 5000])('is within the limits of Discord with %i issues', (many) => {
		expect(brokenLimits(nothingNewReport(view(known(many))))).toEqual([]);
		expect(nothingNewReport(view(known(many))).embeds[0]?.description?.length).toBeLessThan(400);
	});

	it('names one person as one', () => {
		const { embeds, components } = nothingNewReport(view(known(1, { issues: [issue()] })));
		expect(embeds[0]).toMatchObject({
			title: 'Nothing new: 1 person still has the wrong roles',
			description: expect.stringContaining(`-# Open since <t:${AT_SECONDS}:D> · `)
		});
		expect(components).toMatchObject([{ components: [{ label: 'Show this person' }] }]);
	});

	it('is shown in full in a private copy, and after a run that an operator started', () => {
		const line = 'Nothing new: 7 people still have the wrong roles';
		const titles = [
			reportPage(view(known(7)), 0),
			reportPage(view(known(7)), 0, true),
			reportPage(view(known(7, { triggeredBy: 'manual' })), 0)
		].map(({ embeds }) => embeds[0]?.title);
		expect(titles).toEqual([line, expect.not.stringContaining(line), expect.not.stringContaining(line)]);
	});

	it('is a report in full if someone is new', () => {
		const news = { since: AT, counts: { new: 1, back: 0, known: 1 }, settled: { fixed: 0, undone: 0, ignored: 0, gone: 0 } };
		expect(reportPage(view(known(2, { news })), 0).embeds[0]?.title).toContain('2 people have the wrong roles');
	});
});
