import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { DEFAULT_SCHEMA } from '../../src/store/connection/qualify.js';
import { ServerAdapter } from '../../src/store/connection/server-adapter.js';
import { buttonOf, managedRolesOf, reconcile, runCommand, waitForMessage, waitForReply } from '../end-to-end/operator.js';
import { databaseUrl } from './databases.js';

const ADA = '300000000000000001';
const WORLD = {
	guild: { members: [{ id: ADA, username: 'ada', roles: [] }] },
	stripe: {
		customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
		subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active' as const, price: 'price_knight' }]
	}
};

describe('SIGTERM', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD });
		await reconcile(sandbox);
	});
	afterAll(() => sandbox?.stop());

	test('interrupts a fix that waits for the database, and replies to the operator', async () => {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { issue: 'ada' });
		const press = () => sandbox.click('operator', answer.id, buttonOf(answer, /Apply fix/));
		const lock = await new ServerAdapter(databaseUrl(`reeve_sandbox_${sandbox.port}`), DEFAULT_SCHEMA, 1).connect();
		try {
			await lock.executeScript('BEGIN; LOCK TABLE "FixAttempt" IN ACCESS EXCLUSIVE MODE');
			const pressed = press();
			await sandbox.until(() => sandbox.interaction(pressed).state !== 'pending');
			const stopped = sandbox.restart('SIGTERM');
			await sandbox.until(() => sandbox.log().some((line) => line.startsWith('The bot exited')));
			await lock.executeScript('COMMIT');
			// A process killed after the 10 seconds would have no exit code.
			expect(await stopped).toMatchObject({ exitCode: 0, signal: null });
			expect(await waitForMessage(sandbox, pressed, /./)).toMatch(/^Reeve is restarting and could not finish this\./);
		} finally {
			await lock.dispose();
		}
		press();
		expect((await waitForReply(sandbox, id, / (now|no longer) has /)).content).toContain('now has Knight');
		expect(managedRolesOf(sandbox, 'ada')).toEqual(['Knight']);
	});
});
