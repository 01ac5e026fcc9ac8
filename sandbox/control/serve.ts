import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { SandboxEnvironment } from '../environment/environment.js';
import { controlApi } from './api.js';

/** One port for everything: Discord and its gateway, Stripe, and the control API. On this machine only. */

const HOST = '127.0.0.1';

export function createSandboxServer(stage: SandboxEnvironment): Server {
	const control = controlApi(stage);
	const server = createServer(
		getRequestListener((request, bindings) => {
			const { pathname } = new URL(request.url);
			if (pathname.startsWith('/api/v10/') || pathname.startsWith('/attachments/')) return stage.discord.app.fetch(request, bindings);
			if (pathname.startsWith('/v1/')) return stage.stripe.app.fetch(request, bindings);
			return control.fetch(request, bindings);
		})
	);
	stage.discord.attachGateway(server);
	return server;
}

/** @returns the port: the given one, or any free one for 0 */
export async function listen(server: Server, port: number): Promise<number> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, HOST, () => {
			server.off('error', reject);
			resolve();
		});
	});
	return (server.address() as AddressInfo).port;
}

export async function stopServing(server: Server): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeAllConnections();
	await closed;
}
