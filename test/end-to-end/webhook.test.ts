import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { readStatus, reconcile, waitForMessage } from './operator.js';

const ADA = '300000000000000001';
const SECRET = `whsec_${Buffer.from('a planted secret of 32 bytes ok!').toString('base64')}`;
const PATH = '/hooks/planted-path-0123456789';

describe('webhook', () => {
	let sandbox: Sandbox;
	let receiver: Server;
	let status = 204;
	const calls: { readonly path: string; readonly id: string; readonly signed: boolean; readonly event: Record<string, unknown> }[] = [];

	beforeAll(async () => {
		receiver = createServer(async (request, response) => {
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const { 'webhook-id': id, 'webhook-signature': signature } = request.headers;
			const event = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
			calls.push({ path: request.url ?? '', id: String(id), signed: String(signature).startsWith('v1,'), event });
			response.writeHead(status).end();
		});
		await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
		const { port } = receiver.address() as AddressInfo;
		sandbox = await Sandbox.start({
			world: {
				guild: { members: [{ id: ADA, username: 'ada', roles: ['Knight'] }] },
				stripe: {
					customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
					subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_knight' }]
				}
			},
			env: { WEBHOOK_URL: `http://127.0.0.1:${port}${PATH}`, WEBHOOK_SECRET: SECRET, LOG_LEVEL: 'trace' }
		});
	});
	afterAll(async () => {
		await sandbox?.stop();
		receiver?.closeAllConnections();
		receiver?.close();
	});

	test('is not called when nothing is wrong', async () => {
		await reconcile(sandbox);
		expect(await sandbox.deliveries()).toMatchObject([{ channel: 'report', status: 'DELIVERED' }]);
		expect(calls).toEqual([]);
	});

	test('is called once when a run found issues, signed, with a link to the report', async () => {
		sandbox.discord.changeRoles({ user: ADA, remove: ['Knight'] });
		const { run, report } = await reconcile(sandbox);
		await sandbox.until(() => calls.length === 1);
		const { guildId, adminChannelId } = sandbox.discord.ids;
		expect(calls).toMatchObject([
			{
				path: PATH,
				id: `${guildId}_run_${run.id}`,
				signed: true,
				event: {
					id: `${guildId}_run_${run.id}`,
					type: 'run.issues',
					guildId,
					run: { id: run.id, status: 'COMPLETED', issuesFound: 1, issuesByType: { MISSING_ACCESS: 1 }, issuesFixed: 0, failure: null },
					hold: null,
					reportUrl: `https://discord.com/channels/${guildId}/${adminChannelId}/${report.id}`
				}
			}
		]);
	});

	test('that answers with an error is called again as the same event, and the status says why', async () => {
		status = 500;
		sandbox.faults.add({ target: 'stripe', kind: 'status', status: 401, times: 1 });
		await waitForMessage(sandbox, sandbox.command('operator', 'reconcile run'), /^The run failed/);
		await sandbox.until(async () => (await sandbox.deliveries()).some(({ channel, tries }) => channel === 'webhook' && tries === 1));
		expect((await readStatus(sandbox))['Not delivered yet']).toMatch(
			/^Webhook call of a run, from .*, tried 1 time, again .* answered with HTTP 500/
		);
		status = 204;
		await sandbox.restart('SIGKILL');
		await sandbox.until(() => calls.length === 3);
		expect(calls[1]?.event).toMatchObject({ type: 'run.failed', run: { status: 'FAILED' } });
		expect(calls[2]).toMatchObject({ id: calls[1]?.id, event: { at: calls[1]?.event.at } });
		await sandbox.until(async () => (await sandbox.deliveries()).every((delivery) => delivery.status === 'DELIVERED'));
	});

	test('has its URL and secret in no log, message or database row', async () => {
		const everything = JSON.stringify([
			sandbox.log(),
			sandbox.messages(),
			await sandbox.deliveries(),
			await sandbox.audit(),
			calls.map(({ event }) => event)
		]);
		expect(everything).not.toContain(PATH);
		expect(everything).not.toContain(SECRET.slice('whsec_'.length));
	});
});
