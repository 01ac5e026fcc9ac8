import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { buttons, fixButtons, linesOf, managedRolesOf, readStatus, reconcile, refetch } from '../end-to-end/operator.js';
import { databaseUrl } from './databases.js';
import { TcpProxy } from './proxy.js';

const ADA = '300000000000000001';

const IN_WORDS = /The database does not answer \(.+\)\. Check that .*DATABASE_URL/;

const COMMANDS: readonly [command: string, options?: Record<string, unknown>][] = [
	['run'],
	['run', { member: ADA }],
	['fix', { all: true }],
	['fix', { issue: 'ada' }],
	['undo', { fix: 'clx' }],
	['why', { member: ADA }],
	['history'],
	['pause'],
	['resume'],
	['link', { member: ADA, customer: 'cus_ada' }],
	['unlink', { member: ADA }],
	['exempt', { member: ADA, reason: 'founder' }],
	['exemptions'],
	['export']
];

describe('a database outage', () => {
	let proxy: TcpProxy;
	let sandbox: Sandbox;
	beforeAll(async () => {
		proxy = await TcpProxy.before(databaseUrl('postgres'));
		sandbox = await Sandbox.start({
			world: {
				guild: { members: [{ id: ADA, username: 'ada', roles: [] }] },
				stripe: {
					customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
					subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' }]
				}
			},
			env: { DATABASE_URL: proxy.url }
		});
	});
	afterEach(() => proxy.open());
	afterAll(async () => {
		await sandbox?.stop();
		await proxy?.close();
	});

	/** The content and embeds of all responses. */
	const textOf = (interaction: string) => {
		const { responses, failure } = sandbox.interaction(interaction);
		if (failure !== null) throw new Error(failure);
		return responses.map(({ content, embeds }) => `${content} ${JSON.stringify(embeds)}`).join('\n');
	};
	const waitForText = (interaction: string, like: RegExp) => sandbox.until(() => like.test(textOf(interaction)));

	const status = () => readStatus(sandbox);

	for (const [how, startOutage] of [
		['that refuses connections', () => proxy.refuse()],
		['that leaves connections silent', () => proxy.fallSilent()]
	] as const) {
		test(`${how}: every command and button replies, and all work again afterwards without a restart`, async () => {
			const { report } = await reconcile(sandbox);
			startOutage();

			// The first queries use connections that still worked a moment ago.
			const asked = [
				...COMMANDS.map(([command, options]) => sandbox.command('operator', `reconcile ${command}`, options ?? {})),
				...buttons(report)
					.filter(({ disabled, label }) => !disabled && !label?.startsWith('Ignore'))
					.map(({ custom_id }) => sandbox.click('operator', report.id, custom_id))
			];
			expect(asked.length).toBeGreaterThan(COMMANDS.length);
			const unread = await status();
			expect(unread.Unknown).toMatch(/^Open issues, money, last run, .*: The database d/);
			expect(unread.Sources).toMatch(
				/^✓ Stripe \(test data\)\n✗ Discord: Could not be checked: .* is in the database\.\n✗ Database \(PostgreSQL\): The database d/
			);
			for (const interaction of asked) await waitForText(interaction, IN_WORDS);
			// Autocomplete responds within Discord's 3 seconds, if only with an empty list.
			const typing = [
				['fix', 'issue'],
				['undo', 'fix'],
				['export', 'run']
			].map(([command, option]) => sandbox.autocomplete('operator', `reconcile ${command}`, option as string, 'a'));
			for (const interaction of typing) await sandbox.until(() => sandbox.interaction(interaction).choices !== null);
			expect(managedRolesOf(sandbox, ADA)).toEqual([]);

			proxy.open();
			await sandbox.until(async () => /✓ Database/.test((await status()).Sources ?? ''));
			expect(JSON.stringify(await status())).not.toContain('nknown');
			// Leases and claims of interrupted work expire soon.
			await sandbox.until(async () => (await reconcile(sandbox)).run.status === 'COMPLETED');
		});
	}

	test('during a run: fails that run with the reason; the next run and its buttons work', async () => {
		sandbox.faults.add({ target: 'stripe', kind: 'hold', match: 'GET /v1/subscriptions' });
		const interaction = sandbox.command('operator', 'reconcile run');
		await waitForText(interaction, /Stripe/);
		proxy.refuse();
		sandbox.faults.clear();
		await waitForText(interaction, /^The run failed: The database does not answer/);
		proxy.open();
		const { run, report } = await sandbox.until(async () => {
			const done = await reconcile(sandbox);
			return done.run.status === 'COMPLETED' ? done : null;
		});
		expect(run.issuesFound).toBe(1);
		const fix = fixButtons(refetch(sandbox, report))[0]?.custom_id as string;
		sandbox.click('operator', report.id, fix);
		await sandbox.until(() => managedRolesOf(sandbox, ADA).includes('Knight'));
		expect(linesOf(sandbox).join('\n')).not.toContain('prisma');
		expect(sandbox.log().join('\n')).not.toContain('Unhandled rejection');
	});
});
