import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect as openSocket } from 'node:net';

/** A temporary Redis server that can be stopped and started again, without its data. */
export class TestRedis {
	private constructor(
		public readonly port: number,
		private readonly password: string | null
	) {}

	private child: ReturnType<typeof spawn> | null = null;

	/** One that is not running yet. */
	public static async stopped(password: string | null = null): Promise<TestRedis> {
		return new TestRedis(await freePort(), password);
	}

	public static async started(password: string | null = null): Promise<TestRedis> {
		const redis = await TestRedis.stopped(password);
		await redis.start();
		return redis;
	}

	public get url(): string {
		return `redis://127.0.0.1:${this.port}`;
	}

	/** Resolves when it accepts commands. */
	public async start(): Promise<void> {
		if (this.child !== null) return;
		const options = [
			'--port',
			`${this.port}`,
			'--bind',
			'127.0.0.1',
			'--save',
			'',
			'--appendonly',
			'no',
			'--maxmemory-policy',
			'noeviction'
		];
		const child = spawn('redis-server', this.password === null ? options : [...options, '--requirepass', this.password], {
			stdio: 'ignore'
		});
		this.child = child;
		await once(child, 'spawn');
		while (!(await answers(this.port))) {
			if (child.exitCode !== null) throw new Error(`redis-server ended with code ${child.exitCode}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	/** Deletes all data at once, before anything else of this process happens. */
	public flush(): void {
		execFileSync('redis-cli', ['-p', `${this.port}`, 'FLUSHALL']);
	}

	/** Kills it; its data is lost. */
	public async kill(): Promise<void> {
		const { child } = this;
		this.child = null;
		if (child === null || child.exitCode !== null) return;
		const gone = once(child, 'exit');
		child.kill('SIGKILL');
		await gone;
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('The server has no port');
	return address.port;
}

/** Whether a Redis server answers on the port, even if only to ask for a password. */
function answers(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = openSocket(port, '127.0.0.1', () => socket.write('PING\r\n'));
		const end = (answer: boolean) => {
			socket.destroy();
			resolve(answer);
		};
		socket.once('data', (data) => end(/PONG|NOAUTH/.test(data.toString())));
		socket.once('error', () => end(false));
	});
}
