import { once } from 'node:events';
import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a database server, to simulate an outage for one test. */
export class TcpProxy {
	private readonly pairs = new Set<readonly [Socket, Socket]>();
	private mode: 'open' | 'refusing' | 'silent' = 'open';

	private constructor(
		private readonly server: Server,
		private readonly target: URL
	) {}

	/** @param target - the server's URL; the default port is PostgreSQL's */
	public static async before(target: string): Promise<TcpProxy> {
		const server = createServer();
		const proxy = new TcpProxy(server, new URL(target));
		server.on('connection', (socket) => proxy.accept(socket));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return proxy;
	}

	/** The database's URL through this proxy. */
	public get url(): string {
		const url = new URL(this.target);
		const address = this.server.address();
		if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
		url.host = `127.0.0.1:${address.port}`;
		return url.href;
	}

	/** Closes every connection and refuses new ones. */
	public refuse(): void {
		this.mode = 'refusing';
		for (const pair of this.pairs) for (const socket of pair) socket.destroy();
	}

	/** Drops all traffic and keeps the connections open, like a network partition. */
	public fallSilent(): void {
		this.mode = 'silent';
		for (const pair of this.pairs) for (const socket of pair) socket.pause().unpipe();
	}

	/** Accepts connections again. Connections from before `fallSilent` stay silent. */
	public open(): void {
		this.mode = 'open';
	}

	public async close(): Promise<void> {
		this.refuse();
		this.server.close();
		await once(this.server, 'close');
	}

	private accept(socket: Socket): void {
		const onward = openSocket(Number(this.target.port || '5432'), this.target.hostname);
		const pair = [socket, onward] as const;
		this.pairs.add(pair);
		for (const one of pair) {
			one.on('error', () => {});
			one.once('close', () => {
				for (const other of pair) other.destroy();
				this.pairs.delete(pair);
			});
		}
		if (this.mode === 'refusing') socket.destroy();
		if (this.mode !== 'open') return;
		socket.pipe(onward);
		onward.pipe(socket);
	}
}
