import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STRIPE_KEY, TOKEN } from '../../sandbox/environment/environment.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { openDatabase } from '../../src/store/connection/database.js';
import { fixButtons, managedRolesOf, reconcile, runCommand } from '../end-to-end/operator.js';
import { everyRow, everythingSaid, everythingShown, leaks, type Planted } from '../end-to-end/planted.js';
import { databaseUrl, execute } from './databases.js';
import { TcpProxy } from './proxy.js';
import { TestRedis } from './redis.js';

const ADA = '300000000000000001';

const ROLE = `reeve_test_${randomBytes(6).toString('hex')}`;
const DATABASE_PASSWORD = 'pl@nted/database"p:ssword%5';
const REDIS_PASSWORD = 'planted-redis+p@ssword';
const PLANTED: Planted = {
	DISCORD_TOKEN: TOKEN,
	STRIPE_SECRET_KEY: STRIPE_KEY,
	DATABASE_URL: DATABASE_PASSWORD,
	REDIS_URL: REDIS_PASSWORD
};

function withPassword(address: string, user: string, password: string): string {
	const url = new URL(address);
	url.username = user;
	url.password = encodeURIComponent(password);
	return url.href;
}

describe('the passwords of PostgreSQL and Redis', () => {
	let redis: TestRedis;
	let proxy: TcpProxy;
	let sandbox: Sandbox;
	const asked: string[] = [];

	beforeAll(async () => {
		await execute(databaseUrl('postgres'), `CREATE ROLE ${ROLE} LOGIN CREATEDB PASSWORD '${DATABASE_PASSWORD}'`);
		redis = await TestRedis.started(REDIS_PASSWORD);
		proxy = await TcpProxy.before(databaseUrl('postgres'));
		sandbox = await Sandbox.start({
			world: {
				guild: { members: [{ id: ADA, username: 'ada', roles: [] }] },
				stripe: {
					// Text that a member can write.
					customers: [{ id: 'cus_ada', name: `Ada ${DATABASE_PASSWORD} ${REDIS_PASSWORD}`, metadata: { discord_id: ADA } }],
					subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' }]
				}
			},
			env: {
				LOG_LEVEL: 'trace',
				DATABASE_URL: withPassword(proxy.url, ROLE, DATABASE_PASSWORD),
				REDIS_URL: withPassword(redis.url, '', REDIS_PASSWORD)
			}
		});
	});
	afterAll(async () => {
		proxy?.open();
		await sandbox?.stop();
		await redis?.kill();
		await proxy?.close();
		await execute(databaseUrl('postgres'), `DROP ROLE IF EXISTS ${ROLE}`);
	});

	const run = async (command: string, options: Record<string, unknown> = {}) => {
		const { id, answer } = await runCommand(sandbox, command, options);
		asked.push(id);
		return JSON.stringify([answer.content, answer.embeds, answer.components]);
	};
	const waitForLog = (like: RegExp) => sandbox.until(() => sandbox.log().some((line) => like.test(line)));

	test('appear in no output during normal operation and an outage of both', async () => {
		await waitForLog(/Using the queue in Redis/);
		const { report } = await reconcile(sandbox);
		asked.push(sandbox.click('operator', report.id, fixButtons(report)[0]?.custom_id as string));
		await sandbox.until(() => managedRolesOf(sandbox, ADA).includes('Knight'));
		expect(await run('reconcile link', { member: ADA, customer: 'Ada' })).toContain('(hidden)');
		await run('reconcile exempt', { member: ADA, reason: `${DATABASE_PASSWORD} and ${REDIS_PASSWORD}` });
		await redis.kill();
		await waitForLog(/Redis unavailable/);
		proxy.refuse();
		expect(await run('reconcile status')).toContain('Unknown');
		expect(await run('reconcile export')).toContain('The database does not answer');
		proxy.open();
		await redis.start();
		await waitForLog(/Redis available again/);
		await sandbox.until(async () => (await run('reconcile status')).includes('✓ Database'));

		const { pid } = sandbox.state().bot;
		const database = await openDatabase({ url: databaseUrl(`reeve_sandbox_${sandbox.port}`), dataDir: '/nonexistent' });
		const rows = await everyRow(database).finally(() => database.close());
		expect(rows).toContain('(hidden) and (hidden)');
		const places = {
			rows,
			said: await everythingSaid(sandbox, asked),
			shown: await everythingShown(pid as number),
			log: sandbox.log().join('\n'),
			mails: JSON.stringify(sandbox.mail.inbox())
		};
		for (const [where, text] of Object.entries(places)) expect([where, leaks(text, PLANTED)]).toEqual([where, []]);
	});

	test('appear in no output when the server refuses them', async () => {
		const wrong = 'wr0ng-planted-password';
		const database = openDatabase({ url: withPassword(databaseUrl('postgres'), `${ROLE}_who`, wrong), dataDir: '/nonexistent' });
		const refusal = await database.then(
			() => '',
			(error: Error) => `${error.message}\n${error.stack}`
		);
		expect(refusal).toMatch(/^The database at .* cannot be used: .*Check/);
		expect(leaks(refusal, { wrong })).toEqual([]);

		await sandbox.reset({ world: {}, env: { LOG_LEVEL: 'trace', REDIS_URL: withPassword(redis.url, '', wrong) } });
		await waitForLog(/Redis unavailable/);
		expect(leaks(sandbox.log().join('\n'), { wrong, ...PLANTED })).toEqual([]);
	});
});
