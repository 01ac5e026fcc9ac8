import { describe, expect, it } from 'vitest';
import type { DriftIssue } from '../../../src/reconciliation/domain/issue.js';
import type { ListedIssue } from '../../../src/reconciliation/fixes/bulk-plan.js';
import { readPeopleList } from '../../../src/reconciliation/runs/people-list.js';

const AT = new Date('2026-11-29T03:00:00Z');
const payer = (discordId: string | null, customerId: string) => ({
	discordId,
	customerId,
	money: { amounts: [], isMinimum: true },
	since: AT.getTime()
});
const issue = (discordId: string, linked: boolean) =>
	({ discordId, linked, discordRoles: ['Lord'], firstSeenAt: AT }) as Partial<DriftIssue> as ListedIssue;

const store = (notices: object | null, issues: ListedIssue[] = []) =>
	({
		newestNotices: async () => (notices === null ? null : { at: AT, notices }),
		openIssues: async () => issues
	}) as unknown as Parameters<typeof readPeopleList>[0];

describe('readPeopleList', () => {
	it('lists the payers of the newest run over all members, without those who were forgotten', async () => {
		const payers = { unclaimed: [payer(null, 'cus_1')], absent: [payer('person:1', 'person:1'), payer('1', 'cus_2')] };
		const full = store({ unclaimed: 1, absent: 2, payers });
		expect(await readPeopleList(full, 'unclaimed')).toMatchObject({ at: AT, total: 1, entries: [{ customerId: 'cus_1', since: AT }] });
		expect((await readPeopleList(full, 'absent')).entries).toMatchObject([{ discordId: '1', customerId: 'cus_2' }]);
	});

	it('has the count alone of a run that stored no names, and nothing without a run', async () => {
		expect(await readPeopleList(store({ unclaimed: 7, absent: 0 }), 'unclaimed')).toMatchObject({ total: 7, entries: [] });
		expect(await readPeopleList(store(null), 'absent')).toEqual({ kind: 'absent', at: null, total: 0, entries: [] });
	});

	it('lists open issues of members without a link', async () => {
		const { entries } = await readPeopleList(store({}, [issue('1', true), issue('2', false)]), 'unlinked');
		expect(entries).toMatchObject([{ discordId: '2', roles: ['Lord'], since: AT }]);
	});
});
