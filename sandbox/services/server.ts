import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { SandboxDiscord } from './discord/discord.js';
import type { SandboxStripe } from './stripe/stripe.js';

const HOST = '127.0.0.1';

type FetchHandler = (request: Request, bindings: object) => Response | Promise<Response>;

const notFound: FetchHandler = () => new Response(null, { status: 404 });

/**
 * Serves Discord (REST, attachments, gateway) and Stripe on one port.
 * @param fallback - handles every other path; 404 when absent
 */
export function createServicesServer(services: { discord: SandboxDiscord; stripe: SandboxStripe }, fallback = notFound): Server {
	const { discord, stripe } = services;
	const server = createServer(
		getRequestListener((request, bindings) => {
			const { pathname } = new URL(request.url);
			if (pathname.startsWith('/api/v10/') || pathname.startsWith('/attachments/')) return discord.app.fetch(request, bindings);
			if (pathname.startsWith('/v1/')) return stripe.app.fetch(request, bindings);
			return fallback(request, bindings);
		})
	);
	discord.attachGateway(server);
	return server;
}

/** Listens on the loopback interface. @param port - 0 for any free port @returns the port */
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

/** Closes the server and its open connections. */
export async function closeServer(server: Server): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeAllConnections();
	await closed;
}
