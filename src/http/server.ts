import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { settleWithin } from '../async/timeout.js';
import { API_ROUTES } from './api.js';
import { createApp } from './app.js';
import type { HttpDeps } from './deps.js';
import type { Metrics } from './metrics.js';
import { monitoringRoutes } from './monitoring.js';
import { withDescription } from './openapi.js';
import type { Route } from './route.js';
import { STRIPE_EVENTS } from './stripe-events.js';

/** A client that sends its request byte by byte must not hold a connection. */
const REQUEST_TIMEOUT_MS = 10_000;

/** How long a stop waits for responses that are being sent. */
export const CLOSE_TIMEOUT_MS = 250;

export interface HttpServer {
	/** Address and port, as in a URL. */
	readonly url: string;
	/** Refuses new connections, and closes those that are still open after {@link CLOSE_TIMEOUT_MS}. */
	close(): Promise<void>;
}

/** The endpoint cannot listen. `message`: why, and what to do, for operators. */
export class ListenError extends Error {
	public override readonly name = 'ListenError';
}

/** Listens. @throws {ListenError} */
export async function startHttpServer(
	address: { readonly host: string; readonly port: number },
	metrics: Metrics,
	deps: HttpDeps
): Promise<HttpServer> {
	const app = createApp(allRoutes(metrics), deps);
	const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, getRequestListener(app.fetch));
	await listen(server, address);
	const { port } = server.address() as AddressInfo;
	const host = address.host.includes(':') ? `[${address.host}]` : address.host;
	return { url: `http://${host}:${port}`, close: () => close(server) };
}

export function allRoutes(metrics: Metrics): readonly Route[] {
	return withDescription([...monitoringRoutes(metrics), ...API_ROUTES, STRIPE_EVENTS]);
}

async function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
	try {
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(port, host, resolve);
		});
	} catch (error) {
		throw new ListenError(listenProblem(error as NodeJS.ErrnoException, host, port), { cause: error });
	}
}

function listenProblem({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
	switch (code) {
		case 'EADDRINUSE':
			return `port ${port} is in use. Set HTTP_PORT to a free port, or stop the program that uses it.`;
		case 'EACCES':
			return `this user may not listen on port ${port}. Set HTTP_PORT to a port from 1024 up.`;
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
			return `${host} is not an address of this machine. Set HTTP_HOST to 127.0.0.1, or to 0.0.0.0 for every network.`;
		default:
			return `${message}. Check HTTP_HOST and HTTP_PORT.`;
	}
}

async function close(server: Server): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeIdleConnections();
	await settleWithin(CLOSE_TIMEOUT_MS, closed);
	server.closeAllConnections();
	await closed;
}
