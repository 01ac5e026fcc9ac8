import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttonOf, buttons, clickFix, issueOn, managedRolesOf, pageWith, pick, reconcile, refetch, waitForMessage } from './operator.js';

const PEOPLE = Array.from({ length: 7 }, (_, index) => `user${index}`);
const idOf = (name: string) => `30000000000000000${PEOPLE.indexOf(name)}`;

/** The first five hold Lord and stopped paying, the sixth pays and holds nothing, the seventh holds Knight and has no link. */
const WORLD = {
	guild: {
		members: PEOPLE.map((username, index) => ({
			id: idOf(username),
			username,
			roles: index < 5 ? ['Lord'] : index === 6 ? ['Knight'] : []
		}))
	},
	stripe: {
		customers: [
			...PEOPLE.slice(0, 6).map((name) => ({ id: `cus_${name}`, metadata: { discord_id: idOf(name) } })),
			{ id: 'cus_unclaimed' }
		],
		subscriptions: [
			...PEOPLE.slice(0, 6).map((name, index) => ({
				id: `sub_${name}`,
				customer: `cus_${name}`,
				status: index < 5 ? ('canceled' as const) : ('active' as const),
				price: 'price_lord'
			})),
			{ id: 'sub_unclaimed', customer: 'cus_unclaimed', status: 'active' as const, price: 'price_knight' }
		]
	}
};

describe('a private copy of a report', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD });
		({ report } = await reconcile(sandbox));
	});
	afterAll(() => sandbox?.stop());

	/** The member whom the shared report leaves to a copy. */
	const hidden = () => PEOPLE.slice(0, 5).find((name) => issueOn(refetch(sandbox, report), name) === null) as string;

	test('takes access after a confirmation in its place, then shows its page and brings the shared report up to date', async () => {
		const name = hidden();
		const shared = refetch(sandbox, report);
		const copy = await pageWith(sandbox, report, name);
		expect(copy.flags).toBe(64);
		expect(await clickFix(sandbox, copy, issueOn(copy, name)?.button as string)).toContain(`(${name}) no longer has Lord.`);
		expect(managedRolesOf(sandbox, name)).toEqual([]);
		expect(issueOn(await pageWith(sandbox, report, name), name)?.text).toContain('✓ Fixed by');
		await sandbox.until(() => refetch(sandbox, report).embeds[0]?.description?.includes('Since then: 1 fixed'));
		const ids = (message: APIMessage) => buttons(message).map(({ custom_id }) => custom_id);
		expect(ids(refetch(sandbox, report))).toEqual(ids(shared));
	});

	test('offers to link a member of whom it is not known who pays', async () => {
		const copy = await pageWith(sandbox, report, 'user6');
		const opened = sandbox.click('operator', copy.id, buttonOf(copy, /^Link \d… · user6$/));
		await sandbox.until(() => sandbox.interaction(opened).modal);
		const { interactionId } = sandbox.discord.modal({ user: 'operator', interactionId: opened, fields: { customer: 'cus_unclaimed' } });
		expect(await waitForMessage(sandbox, interactionId, /^Linked/)).toContain('(user6)');
		expect(managedRolesOf(sandbox, 'user6')).toEqual(['Knight']);
	});

	test('is of a report that the next one closes, once, also after a restart', async () => {
		const { report: newer } = await reconcile(sandbox);
		const closed = await sandbox.until(() => {
			const now = refetch(sandbox, report);
			return now.components?.length === 0 ? now : null;
		});
		expect(closed.embeds[0]?.title).toBe('7 people had the wrong roles');
		expect(closed.embeds[0]?.description).toContain(`Closed: there is a [newer report](https://discord.com/channels/`);
		expect(closed.embeds[0]?.description).toContain(newer.id);
		const [name] = PEOPLE.slice(0, 5).filter((each) => managedRolesOf(sandbox, each).length > 0);
		const picked = pick(sandbox, refetch(sandbox, newer), new RegExp(`^Why \\d · ${name}$`));
		await sandbox.until(() => sandbox.interaction(picked).responses.length > 0);
		await sandbox.restart('SIGKILL');
		const { report: newest } = await reconcile(sandbox);
		await sandbox.until(() => refetch(sandbox, newer).components?.length === 0);
		expect(refetch(sandbox, newer).embeds[0]?.description).toContain(newest.id);
		const edits = sandbox.requests().filter(({ method, path }) => method === 'PATCH' && path.endsWith(`/messages/${report.id}`));
		expect(edits.filter(({ body }) => JSON.stringify(body).includes('newer report'))).toHaveLength(1);
	});
});
