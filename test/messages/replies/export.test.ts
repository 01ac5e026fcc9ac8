import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moneyCells } from '../../../src/messages/replies/export/cells.js';
import { neutralizeFormulas, toCsv } from '../../../src/messages/replies/export/csv.js';
import { exportReply, nothingToExportReply, suggestRuns } from '../../../src/messages/replies/export/record.js';
import type { IssueMoney } from '../../../src/reconciliation/domain/money.js';
import type { ArchivedRun, RecordedAttempt, RunRecord } from '../../../src/reconciliation/runs/archive.js';
import { ADA, AT, issue, OPERATOR } from '../fixtures.js';

const RUN: ArchivedRun = {
	runId: 'run1',
	status: 'COMPLETED',
	triggeredBy: 'scheduled',
	onlyMember: null,
	onlyMembers: null,
	startedAt: new Date('2026-11-20T03:30:00Z'),
	issuesFound: 1
};

function attempt(over: Partial<RecordedAttempt> = {}): RecordedAttempt {
	return {
		id: 'attempt1',
		actor: OPERATOR,
		startedAt: AT,
		rolesBefore: ['Knight'],
		rolesAfter: ['Lord'],
		outcome: 'FIXED',
		error: null,
		undoes: null,
		undoneBy: null,
		...over
	};
}

const MONEY = { counts: 'unpaid', amounts: [{ currency: 'usd', amount: 1050 }], isMinimum: true } as const;
const MONEY_CELLS = { 'Amount a month': '10.5', Currency: 'USD', 'Amount is': 'at least', 'Amount counts as': 'access not paid' };

/** Reads a table as a spreadsheet does. */
function cells(text: string, separator = ','): string[][] {
	const rows: string[][] = [[]];
	let at = 0;
	while (at < text.length) {
		let cell = '';
		if (text[at] === '"') {
			for (at += 1; text[at] !== undefined && (text[at] !== '"' || text[at + 1] === '"'); at += 1) {
				if (text[at] === '"') at += 1;
				cell += text[at];
			}
			at += 1;
		}
		for (; at < text.length && text[at] !== separator && text[at] !== '\r' && text[at] !== '\n'; at += 1) cell += text[at];
		rows.at(-1)?.push(cell);
		if (text.startsWith('\r\n', at) && at + 2 < text.length) rows.push([]);
		at += text.startsWith('\r\n', at) ? 2 : 1;
	}
	return rows;
}

const FORMULA = /^\s*[=+\-@＝＋－＠﹢﹣﹦﹫−]/;

describe('moneyCells', () => {
	it.each<[IssueMoney | undefined, (string | number)[]]>([
		[undefined, ['', '', '', '']],
		[{ counts: 'paid', amounts: [], isMinimum: true }, ['', '', 'unknown', 'paid without access']],
		[{ counts: null, amounts: [{ currency: 'jpy', amount: 300 }], isMinimum: false }, [300, 'JPY', 'exact', '']],
		[
			{
				counts: 'paid',
				amounts: [
					{ currency: 'eur', amount: 500 },
					{ currency: 'kwd', amount: 2500 }
				],
				isMinimum: false
			},
			['5; 2.5', 'EUR; KWD', 'exact', 'paid without access']
		]
	])('writes %o as %o', (money, texts) => {
		expect(moneyCells(money)).toEqual(texts);
	});
});

describe('exportReply of a run whose list was deleted', () => {
	it('says what the run found, that the list is no longer stored and what to use instead, without a file', () => {
		const { content, files } = exportReply({ run: { ...RUN, issuesFound: 53 }, issues: null, unknown: [] }, 'UTC');
		expect(content).toMatch(/found 53 issues, but their list is no longer stored.*RECONCILIATION_SNAPSHOT_DAYS.*reconcile why/);
		expect(files).toEqual([]);
	});
});

describe('toCsv', () => {
	it.each([
		'=1+1',
		'+1',
		'-1',
		'@SUM(A1)',
		'\t=1+1',
		'\r=1+1',
		'\n=1+1',
		' =1+1',
		'\u00A0=1+1',
		'\u200B=1+1',
		'\u3000＝1+1',
		'＝1+1',
		'＋1',
		'－1',
		'＠SUM',
		' ＝1+1',
		'﹦1+1',
		'⁼1',
		'−1'
	])('neutralizes %j', (name) => {
		expect(neutralizeFormulas(name)).toMatch(/^'/);
		const [[cell = ''] = []] = cells(toCsv([name], []).text.replace('\uFEFF', ''));
		expect(neutralizeFormulas(cell)).toMatch(/^'/);
	});

	it('leaves other text unchanged', () => {
		for (const text of [
			'ada',
			'a=b',
			'Has Lord, pays for Knight.',
			'<@123>',
			'active: price_lord; and 2 more',
			'past_due since 2026-01-31'
		])
			expect(neutralizeFormulas(text)).toBe(text);
	});

	it('leaves no formula in any text with any separator', () => {
		const text = fc.oneof(
			fc.string({ unit: 'grapheme' }),
			fc
				.array(fc.constantFrom('=', '+', '-', '@', ';', '|', '"', "'", ',', ' ', '\t', '\r\n', '＝', '\u200B', 'a', '1'))
				.map((parts) => parts.join(''))
		);
		fc.assert(
			fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (row) => {
				const { text: csv } = toCsv(['a', 'b'], [row]);
				for (const separator of [',', ';', '|']) {
					for (const cell of cells(csv.slice(1), separator).flat()) expect(cell, separator).not.toMatch(FORMULA);
				}
				expect(cells(csv.slice(1))[1]).toHaveLength(row.length);
			}),
			{ numRuns: 1_000 }
		);
	});

	it('counts the rows that do not fit and keeps the others whole', () => {
		const rows = Array.from({ length: 100 }, (_, index) => [`row ${index}`, '😀']);
		const { text, left } = toCsv(['a', 'b'], rows, 500);
		expect(Buffer.byteLength(text)).toBeLessThanOrEqual(500);
		expect(cells(text.slice(1))).toHaveLength(1 + 100 - left);
		expect(left).toBeGreaterThan(0);
		expect(toCsv(['a', 'b'], rows).left).toBe(0);
	});
});

describe('exportReply', () => {
	const record: RunRecord = {
		run: RUN,
		unknown: [],
		issues: [
			{
				found: issue({ id: 'issue1', discordName: '=HYPERLINK("https://evil.example";"win")' }),
				statusNow: 'OPEN',
				attempts: [
					attempt({ id: 'attempt0', outcome: 'FAILED', rolesAfter: null, error: "Reeve's role is below Lord: drag it above" }),
					attempt({ undoneBy: { actor: OPERATOR, at: AT } }),
					attempt({ id: 'attempt2', actor: 'reeve', outcome: 'UNDONE', undoes: 'attempt1' })
				]
			},
			{ found: issue({ id: 'issue2', discordRoles: [], money: MONEY }), statusNow: null, attempts: [] }
		]
	};
	const exported = exportReply(record, 'America/New_York');
	const [file] = exported.files;
	const text = file?.attachment.toString() ?? '';
	const [header = [], ...rows] = cells(text.replace('\uFEFF', ''));
	const attempts = rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index]])));

	it('has a line per attempt, and one for an issue without attempts', () => {
		expect(rows.map((row) => row.length)).toEqual([30, 30, 30, 30]);
		expect(attempts).toMatchObject([
			{
				Run: 'run1',
				Issue: 'issue1',
				'Person (ID)': `<@${ADA}>`,
				'Person (name)': `'=HYPERLINK("https://evil.example";"win")`,
				Kind: 'ROLE_MISMATCH',
				'Stripe says': 'Active · Lord (price_lord) · sub_1',
				'Discord says': 'Knight',
				Plan: 'give Lord, then remove Knight',
				'Status now': 'OPEN',
				'First seen (UTC)': '2026-11-20 08:00:00',
				'Times seen': '1',
				Attempt: 'attempt0',
				'Roles before': 'Knight',
				'Roles after': 'not known',
				Outcome: 'FAILED',
				Error: "Reeve's role is below Lord: drag it above",
				'Undone by': ''
			},
			{ Attempt: 'attempt1', 'Attempt by': `<@${OPERATOR}>`, 'Undone by': `<@${OPERATOR}> at 2026-11-20 08:00:00` },
			{ 'Attempt is': 'undo of attempt1', 'Attempt by': 'reeve', Outcome: 'UNDONE' },
			{ Issue: 'issue2', 'Status now': 'not known', 'Discord says': 'none', Attempt: '', Outcome: '', ...MONEY_CELLS }
		]);
	});

	it("names the file after the run's day in the schedule's time zone", () => {
		expect(file?.name).toBe('reeve-2026-11-19-run1.csv');
		expect(text.startsWith('\uFEFF')).toBe(true);
		expect(exported.content).toBe(`The scheduled run of <t:${RUN.startedAt.getTime() / 1000}:f>: 2 issues, 3 attempts.`);
	});

	it('says if the file is cut or the run failed', () => {
		expect(exportReply(record, 'UTC', 1_200).content).toMatch(/\*\*The file is cut\*\*: \d of 4 lines/);
		expect(exportReply({ run: { ...RUN, status: 'FAILED' }, issues: [], unknown: [] }, 'UTC').content).toContain(
			'It failed, so it found no issue.'
		);
		expect(nothingToExportReply(null)).toContain('/reconcile run');
		expect(nothingToExportReply('x')).toContain('no such run');
	});

	it('lists the members of whom something is unknown in a second file', () => {
		const unknown = [
			{ reason: { kind: 'price', price: '=price_new' }, discordIds: ['1', '2'], count: 2 },
			{
				reason: { kind: 'link', customerId: 'cus_1', problem: 'several' },
				discordIds: ['3'],
				links: [
					{ discordId: '3', customerId: 'cus_1' },
					{ discordId: '3', customerId: 'cus_2' }
				],
				count: 1
			}
		] as const;
		const { files, content } = exportReply({ run: RUN, issues: [], unknown }, 'UTC');
		expect(files.map(({ name }) => name)).toEqual(['reeve-2026-11-20-run1.csv', 'reeve-2026-11-20-unknown-run1.csv']);
		expect(content).toContain('The second file lists the members of whom something is unknown');
		const [, ...lines] = cells((files[1]?.attachment.toString() ?? '').replace('\uFEFF', ''));
		expect(lines.map(([run, person, customer]) => [run, person, customer])).toEqual([
			['run1', '<@1>', ''],
			['run1', '<@2>', ''],
			['run1', '<@3>', 'cus_1'],
			['run1', '<@3>', 'cus_2']
		]);
		expect(lines[0]?.slice(3)).toEqual([
			'they pay for =price_new, which no setting lists',
			'add it to STRIPE_…_PRICE_IDS of the tier that it buys, or to STRIPE_OTHER_PRICE_IDS if it buys no role'
		]);
	});

	it('suggests runs by date, trigger or ID', () => {
		const runs = [
			RUN,
			{ ...RUN, runId: 'run2', triggeredBy: 'manual' as const, onlyMember: ADA },
			{ ...RUN, runId: 'run3', status: 'FAILED' as const },
			...Array.from({ length: 40 }, (_, index) => ({ ...RUN, runId: `other${index}` }))
		];
		expect(suggestRuns(runs, '', 'Asia/Kolkata')).toHaveLength(25);
		expect(suggestRuns(runs, '', 'Asia/Kolkata').slice(0, 3)).toEqual([
			{ name: '2026-11-20 09:00 · scheduled · 1 issue', value: 'run1' },
			{ name: '2026-11-20 09:00 · manual, over one person · 1 issue', value: 'run2' },
			{ name: '2026-11-20 09:00 · scheduled · failed', value: 'run3' }
		]);
		expect(suggestRuns(runs, 'MANUAL', 'UTC').map(({ value }) => value)).toEqual(['run2']);
		expect(suggestRuns(runs, 'run3', 'UTC').map(({ value }) => value)).toEqual(['run3']);
	});
});
