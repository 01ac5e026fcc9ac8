import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import {
	buttonOf,
	buttons,
	linesOf,
	managedRolesOf,
	readStatus,
	reconcile,
	refetch,
	runCommand,
	waitForMessage,
	waitForReply
} from './operator.js';

/** 800 pay; 640 of them hold what they pay for. Nothing links any of them. */
const people = Array.from({ length: 800 }, (_, index) => {
	const tier = index % 4 === 0 ? 'Lord' : 'Knight';
	return { id: `3000000000000${String(index).padStart(5, '0')}`, username: `user${index}`, tier, roles: index < 640 ? [tier] : [] };
});
const world = {
	guild: { members: people.map(({ id, username, roles }) => ({ id, username, roles })) },
	stripe: {
		customers: people.map(({ id }) => ({ id: `cus_${id}` })),
		subscriptions: people.map(({ id, tier }) => ({
			id: `sub_${id}`,
			customer: `cus_${id}`,
			status: 'active' as const,
			price: `price_${tier.toLowerCase()}`
		}))
	}
};
const TITLE = 'Setup is not finished: no one is reported yet';

describe('a first run over a community in which no one is linked yet, with automatic fixes', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	const allRoles = () => people.map(({ username }) => managedRolesOf(sandbox, username));
	const textOf = ({ embeds }: APIMessage) => JSON.stringify(embeds);
	const link = ({ id }: { readonly id: string }) => sandbox.stripe.update('customers', `cus_${id}`, { metadata: { discord_id: id } });
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world, env: { RECONCILIATION_AUTO_FIX: 'true', RECONCILIATION_FIX_UNLINKED: 'true' } });
	}, 120_000);
	afterAll(() => sandbox?.stop());

	test('posts one card without pages, and takes nothing', async () => {
		const { answer, run, report: posted } = await reconcile(sandbox);
		report = posted;
		expect(answer).toContain('Done: setup is not finished, so no one is reported yet.');
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 640, issuesFixed: 0, held: null });
		expect(sandbox.messages()).toHaveLength(1);
		expect(report.embeds).toHaveLength(1);
		expect(report.embeds[0]?.title).toBe(TITLE);
		expect(report.embeds[0]?.description).toContain('**800 customers pay in Stripe, 0 of them linked to a Discord user.**');
		expect(report.embeds[0]?.description).toContain('**640 members hold Knight or Lord, 640 of them without a link.**');
		expect(textOf(report)).not.toContain('user1');
		expect(buttons(report).map(({ label }) => label)).toEqual(['These people are known: report them (640)…']);
		expect(allRoles()).toEqual(people.map(({ roles }) => roles));
	});

	test('says the same in one mail, and in the status', async () => {
		const [mail] = await sandbox.until(() => (sandbox.mail.inbox().length > 0 ? sandbox.mail.inbox() : null));
		expect(mail?.subject).toContain(TITLE);
		expect(mail?.text).toContain('640 members hold Knight or Lord');
		expect(mail?.text).not.toContain('user1');
		expect((await readStatus(sandbox)).Setup).toContain('640 of 640 members with a role are not linked');
	});

	test('offers no removal in bulk', async () => {
		for (const options of [{ all: true }, { kind: 'UNLINKED' }]) {
			const { answer } = await runCommand(sandbox, 'reconcile fix', options);
			expect(buttons(answer).map(({ label }) => label)).toEqual(['Cancel']);
			expect(textOf(answer)).toContain('Setup is not finished');
		}
		const one = await runCommand(sandbox, 'reconcile fix', { issue: 'user639' });
		sandbox.click('operator', one.answer.id, buttonOf(one.answer, /Apply fix/));
		await waitForReply(sandbox, one.id, /no longer has Knight/);
		sandbox.discord.changeRoles({ user: 'user639', add: ['Knight'] });
	});

	test('reports as usual once the links are there', async () => {
		// Ten more than hold a role.
		for (const person of people.slice(0, 650)) link(person);
		const { run, report: posted } = await sandbox.until(() => reconcile(sandbox));
		expect(run).toMatchObject({ status: 'COMPLETED', issuesFound: 10, issuesFixed: 10, held: null });
		expect(posted.embeds[0]?.title).toBe('10 people had the wrong roles');
		expect(managedRolesOf(sandbox, 'user649')).toEqual(['Knight']);
	}, 120_000);
});

describe('a community in which many are known to be without a link', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	const few = people.slice(620, 660);
	beforeAll(async () => {
		const only = (ids: ReadonlySet<string>) => ({
			guild: { members: world.guild.members.filter(({ id }) => ids.has(id)) },
			stripe: {
				customers: world.stripe.customers.filter(({ id }) => ids.has(id.slice(4))),
				subscriptions: world.stripe.subscriptions.filter(({ id }) => ids.has(id.slice(4)))
			}
		});
		sandbox = await Sandbox.start({ world: only(new Set(few.map(({ id }) => id))) });
		({ report } = await reconcile(sandbox));
	}, 120_000);
	afterAll(() => sandbox?.stop());

	test('is reported once an operator has typed the number of people', async () => {
		const press = async (losing: string) => {
			const id = sandbox.click('operator', report.id, buttonOf(refetch(sandbox, report), /These people are known/));
			await sandbox.until(() => sandbox.interaction(id).modal);
			const { interactionId } = sandbox.discord.modal({ user: 'operator', interactionId: id, fields: { losing } });
			return waitForMessage(sandbox, interactionId, /./);
		};
		expect(report.embeds[0]?.title).toBe(TITLE);
		expect(await press('19')).toContain('Nothing was changed: the number is 20.');
		expect(await press('20')).toContain('You have ended the setup.');
		expect(await sandbox.until(() => linesOf(sandbox).find((line) => line.includes('ended the setup')))).toContain('20 people would lose');
		await sandbox.until(() => refetch(sandbox, report).embeds[0]?.title === '20 people have the wrong roles');
		expect(refetch(sandbox, report).embeds[0]?.footer?.text).toContain('Issues 1–5 of ');
		expect((await sandbox.audit()).filter(({ action }) => action === 'end-onboarding')).toMatchObject([
			{ actor: sandbox.discord.ids.operatorId, after: { unlinkedHolders: 20, losing: 20 } }
		]);
		const { report: next } = await sandbox.until(() => reconcile(sandbox));
		expect(next.embeds[0]?.title).toBe('20 people have the wrong roles');
		expect((await readStatus(sandbox)).Setup).toContain('ended it');
	});
});
