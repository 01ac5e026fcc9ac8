import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox, type StoredRun } from '../../sandbox/sandbox.js';
import { makeScenario } from '../../sandbox/world/scenario.js';
import type { Notices, UnknownStatus } from '../../src/reconciliation/domain/detection.js';
import type { DriftIssue } from '../../src/reconciliation/domain/issue.js';
import { buttonOf, buttons, clickFix, fixButtons, managedRolesOf, reconcile, refetch, waitForReply } from './operator.js';

/** A world with every kind of drift, and of cases that only look like drift. */
describe('the council scenario', () => {
	const { expected, notices } = makeScenario({ scenario: 'council', seed: 1 }, new Date());
	let sandbox: Sandbox;
	let first: Awaited<ReturnType<typeof reconcile>>;

	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 1 } });
		first = await reconcile(sandbox);
	});
	afterAll(() => sandbox?.stop());

	const found = (run: StoredRun) => (run.issues as unknown as DriftIssue[]).map(brief).sort(byPerson);

	test('reports exactly the issues of each member', () => {
		expect(found(first.run)).toEqual(expected.map(brief).sort(byPerson));
		expect(first.run).toMatchObject({ status: 'COMPLETED', triggeredBy: 'manual', issuesFound: expected.length, issuesFixed: 0 });
	});

	test('counts the notices', async () => {
		const {
			overclaimedTeams,
			malformedLinks,
			contestedLinks,
			unknown,
			unlistedPrices,
			oddObjects,
			unknownStatus,
			expiringExemptions,
			payers,
			...counts
		} = first.run.notices as unknown as Notices;
		expect([payers?.unclaimed.length, payers?.absent.length]).toEqual([counts.unclaimed, counts.absent]);
		expect(expiringExemptions).toEqual([]);
		expect(unknownStatus).toMatchObject(Array(notices.unknownStatus).fill({ status: 'under_review' }));
		const { unknownLinks, ...expectedCounts } = notices;
		const links = unknown?.flatMap(({ reason, count }) => (reason.kind === 'link' ? [[reason.problem, count]] : [])) ?? [];
		expect(Object.fromEntries(links)).toEqual(unknownLinks);
		expect(unknown?.filter(({ reason }) => reason.kind !== 'link')).toMatchObject([
			{ reason: { kind: 'price', price: 'price_newsletter' }, count: notices.unlistedPrice },
			{ reason: { kind: 'status', status: 'under_review' }, count: notices.unknownStatus }
		]);
		expect(oddObjects).toEqual({ count: 0, first: [] });
		const notes = sandbox.click('operator', first.report.id, buttonOf(first.report, /^Notes/));
		const shown = JSON.stringify((await waitForReply(sandbox, notes)).embeds);
		expect(shown).toMatch(/<@\d+>, <@\d+> and <@\d+>: Stripe gives the status `under_review`, which Reeve does not know/);
		expect({
			...counts,
			overclaimedTeams: overclaimedTeams.length,
			malformedLinks: malformedLinks.length,
			contestedLinks: contestedLinks.length,
			unknownStatus: (unknownStatus as UnknownStatus[]).length,
			unlistedPrice: unlistedPrices?.[0]?.subscriptions
		}).toEqual({ leftToNextRun: 0, ...expectedCounts });
	});

	test('reads Stripe in pages of a hundred and the guild with one request, and writes to neither', () => {
		const requests = sandbox.requests();
		const subscriptions = sandbox.stripe.list('subscriptions').length;
		const lists = requests.filter(({ target, path }) => target === 'stripe' && path === '/v1/subscriptions');
		// Plus two probes for the split points, two for pages across a split and one for the end.
		const pages = Math.ceil(subscriptions / 100);
		expect(lists.length).toBeGreaterThan(pages);
		expect(lists.length).toBeLessThanOrEqual(pages + 5);
		const listings = requests.filter(({ method, body }) => method === 'REQUEST_GUILD_MEMBERS' && JSON.stringify(body).includes('"query"'));
		expect(listings).toHaveLength(1);
		expect(requests.filter(({ target, method }) => target === 'stripe' && method !== 'GET')).toEqual([]);
		expect(requests.filter(({ path, method }) => path.includes('/roles/') && method !== 'GET')).toEqual([]);
	});

	test('posts the report in the admin channel and links to it in the ephemeral reply', () => {
		expect(first.answer).toBe(
			`Done: ${expected.length} issues. The report is here: https://discord.com/channels/${sandbox.discord.ids.guildId}/${first.report.channel_id}/${first.report.id}`
		);
		expect(first.report.channel_id).toBe(sandbox.discord.ids.adminChannelId);
		expect(first.report.embeds[0]?.title).toBe(`${expected.length} people have the wrong roles`);
		expect(first.report.embeds).toHaveLength(1);
		expect(fixButtons(first.report)).toHaveLength(5);
	});

	test('pings no member and sends no direct message', () => {
		expect(sandbox.discord.dms()).toEqual([]);
		for (const { id } of sandbox.messages()) expect(sandbox.discord.pings(id)).toEqual({ users: [], roles: [], everyone: false });
	});

	test('shows the issues in order over all pages of a private copy, while the shared report stays as it is', async () => {
		const numbersOn = ({ embeds }: APIMessage) =>
			(embeds[0]?.description ?? '').split('\n').flatMap((line) => /^\*\*(\d+)\.\*\* /.exec(line)?.[1] ?? []);
		const numbers = numbersOn(first.report);
		const id = sandbox.click('operator', first.report.id, buttonOf(first.report, /^All 53…$/));
		for (let message = await waitForReply(sandbox, id); ; ) {
			numbers.push(...numbersOn(message));
			const next = buttons(message).find(({ label }) => label?.startsWith('Next'));
			if (next === undefined || next.disabled) break;
			const footer = message.embeds[0]?.footer?.text;
			sandbox.click('operator', message.id, next.custom_id);
			message = await sandbox.until(() => {
				const now = sandbox.interaction(id).responses.at(-1);
				return now === undefined || now.embeds[0]?.footer?.text === footer ? null : now;
			});
		}
		expect(numbers.map(Number)).toEqual(expected.map((_, index) => index + 1));
		expect(refetch(sandbox, first.report).embeds).toEqual(first.report.embeds);
	});

	test('keeps an issue that a second run finds again', async () => {
		const before = await sandbox.issues();
		const { run } = await reconcile(sandbox);
		const after = await sandbox.issues();
		expect(found(run)).toEqual(found(first.run));
		expect(after.map(({ id }) => id).sort()).toEqual(before.map(({ id }) => id).sort());
		expect(after.every(({ timesSeen, status }) => timesSeen === 2 && status === 'OPEN')).toBe(true);
	});

	test('every fix of a page sets the right roles and changes no other member', async () => {
		const { report, run } = await reconcile(sandbox);
		const before = new Map(sandbox.guild().members.map(({ id }) => [id, managedRolesOf(sandbox, id)]));
		const fixed = new Set<string>();
		for (const [index, { custom_id }] of fixButtons(report).entries()) {
			const issue = (run.issues as unknown as DriftIssue[])[index] as DriftIssue;
			expect(await clickFix(sandbox, report, custom_id)).toMatch(/ (now|no longer) has /);
			expect(managedRolesOf(sandbox, issue.discordId)).toEqual([...issue.expectedRoles].sort());
			fixed.add(issue.discordId);
		}
		for (const [id, roles] of before) if (!fixed.has(id)) expect(managedRolesOf(sandbox, id)).toEqual(roles);
		expect(fixButtons(refetch(sandbox, report)).every(({ disabled }) => disabled)).toBe(true);
		const { run: next } = await reconcile(sandbox);
		expect(next.issuesFound).toBe(expected.length - fixed.size);
	});
});

interface Brief {
	readonly discordId: string;
	readonly type: string;
	readonly severity: string;
	readonly add: readonly string[];
	readonly remove: readonly string[];
}

function brief(issue: Pick<DriftIssue, 'discordId' | 'type' | 'severity'> & (Pick<DriftIssue, 'plan'> | DriftIssue['plan'])): Brief {
	const { add, remove } = 'plan' in issue ? issue.plan : issue;
	return { discordId: issue.discordId, type: issue.type, severity: issue.severity, add: [...add].sort(), remove: [...remove].sort() };
}

function byPerson(a: Brief, b: Brief): number {
	return a.discordId < b.discordId ? -1 : 1;
}
