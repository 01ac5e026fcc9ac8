import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMetrics } from '../../src/http/metrics.js';
import { ListenError, startHttpServer } from '../../src/http/server.js';
import { createDeps } from './fixtures.js';

function start(address: { host?: string; port?: number } = {}, deps = createDeps()) {
	return startHttpServer({ host: '127.0.0.1', port: 0, ...address }, createMetrics(deps), deps);
}

const refusal = (promise: Promise<unknown>) =>
	promise.then(
		() => 'none',
		(error: unknown) => (error instanceof ListenError ? error.message : `another error: ${error}`)
	);

describe('startHttpServer', () => {
	it('answers on the address that it names, until it is closed', async () => {
		const server = await start();
		expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
		await server.close();
		await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
	});

	it('says which port is in use, and what to do', async () => {
		const server = await start();
		onTestFinished(() => server.close());
		const port = Number(new URL(server.url).port);
		expect(await refusal(start({ port }))).toBe(`port ${port} is in use. Set HTTP_PORT to a free port, or stop the program that uses it.`);
	});

	it('says that an address is not of this machine', async () => {
		expect(await refusal(start({ host: '192.0.2.1' }))).toMatch(/^192\.0\.2\.1 is not an address of this machine\. Set HTTP_HOST to/);
	});

	it('closes although a client keeps its connection, or never ends its request', async () => {
		const server = await start({}, createDeps({ checkReadiness: () => new Promise(() => {}) }));
		const { hostname, port } = new URL(server.url);
		const socket = connect(Number(port), hostname);
		const closed = new Promise((resolve) => socket.once('close', resolve));
		// Without a reader it would never see the end.
		socket.resume().on('error', () => {});
		await once(socket, 'connect');
		socket.write('POST /readyz HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
		const hanging = fetch(`${server.url}/readyz`).catch(() => 'closed');
		await fetch(`${server.url}/healthz`);
		await server.close();
		expect(await hanging).toBe('closed');
		await closed;
	});
});
