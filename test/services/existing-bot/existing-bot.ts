import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestSandbox } from '../../../sandbox/testing.js';
import { ROOT, type Unpacked } from '../../package/unpack.js';
import { TestRedis } from '../redis.js';

/** `examples/existing-bot` with the package as `npm pack` makes it, as a process of its own. */

const EXAMPLE = join(ROOT, 'examples', 'existing-bot');
const PROBE = join(import.meta.dirname, 'probe.cjs');

/** What holds for the whole process. */
export interface Facts {
	readonly container: readonly string[];
	readonly stores: readonly string[];
	readonly pieces: readonly string[];
	readonly signals: readonly (readonly [name: string, listeners: number])[];
	readonly globals: readonly string[];
	readonly registries: readonly unknown[];
}

/** Copies the bot beside the unpacked package and generates its Prisma client. @returns its folder */
export function installBot({ folder }: Unpacked): string {
	const bot = join(folder, 'bot');
	cpSync(EXAMPLE, bot, { recursive: true, filter: (path) => !/[\\/](node_modules|generated)$/.test(path) });
	execFileSync(process.execPath, [join(ROOT, 'node_modules', 'prisma', 'build', 'index.js'), 'generate'], {
		cwd: bot,
		// Any file: the engine is not used to generate.
		env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
		stdio: 'ignore'
	});
	return bot;
}

/** A copy of the bot with other text in one file. @param change - returns the new text */
export function changeBot(bot: string, file: string, change: (text: string) => string): string {
	const copy = mkdtempSync(`${bot}-`);
	cpSync(bot, copy, { recursive: true });
	const before = readFileSync(join(copy, file), 'utf8');
	const after = change(before);
	if (after === before) throw new Error(`${file} was not changed`);
	writeFileSync(join(copy, file), after);
	return copy;
}

/** The bot as it was before Reeve: without each line that names it. */
export function withoutReeve(bot: string): string {
	const lines = (text: string) => text.split('\n').filter((line) => !/reeve/i.test(line));
	return changeBot(bot, 'src/index.js', (text) => lines(text).join('\n'));
}

export class ExistingBot {
	public output = '';

	private constructor(
		private readonly child: ChildProcess,
		private readonly redis: TestRedis,
		private readonly sandbox: TestSandbox
	) {
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (chunk) => {
				this.output += String(chunk);
			});
	}

	/**
	 * Starts the bot on a fresh server with the people of the sandbox. Resolves when its commands are registered.
	 * @param command - the last one to wait for
	 */
	public static async start(
		folder: string,
		sandbox: TestSandbox,
		{ databaseUrl, command }: { readonly databaseUrl: string; readonly command: string }
	): Promise<ExistingBot> {
		const { discord } = sandbox.services;
		discord.load(sandbox.world.guild.members);
		const redis = await TestRedis.started();
		const env = {
			PATH: process.env.PATH,
			DATABASE_URL: databaseUrl,
			REDIS_HOST: '127.0.0.1',
			REDIS_PORT: String(redis.port),
			DISCORD_TOKEN: sandbox.token,
			DISCORD_API_URL: sandbox.discordApiUrl,
			GUILD_ID: sandbox.ids.guildId,
			ADMIN_CHANNEL_ID: sandbox.ids.adminChannelId,
			STRIPE_KEY: sandbox.stripeKey,
			STRIPE_API_URL: sandbox.stripeApiUrl
		};
		const child = spawn(process.execPath, ['--require', PROBE, 'src/index.js'], {
			cwd: folder,
			env,
			stdio: ['ignore', 'pipe', 'pipe', 'ipc']
		});
		const bot = new ExistingBot(child, redis, sandbox);
		await sandbox.until(() => {
			if (child.exitCode !== null) throw new Error(`The bot exited: ${bot.output}`);
			return discord.commands().some(({ name }) => name === command) && /Took \d+ms to initialize/.test(bot.output);
		}, 90_000);
		return bot;
	}

	public async facts(): Promise<Facts> {
		const answer = once(this.child, 'message');
		this.child.send('facts');
		return (await answer)[0] as Facts;
	}

	/** Runs a command. @returns what Discord shows, as text */
	public command(user: string, command: string, options: Record<string, string> = {}): Promise<string> {
		return this.shown(this.sandbox.command(user, command, options));
	}

	/** Clicks a button of the latest message that has it. @returns what Discord shows, as text */
	public click(user: string, customId: string): Promise<string> {
		const message = this.sandbox.messages().findLast((each) => JSON.stringify(each.components).includes(`"${customId}"`));
		if (message === undefined) throw new Error(`No message has the button ${customId}`);
		return this.shown(this.sandbox.click(user, message.id, customId));
	}

	/** Everything that the bot itself answers. */
	public async answers(): Promise<Record<string, string>> {
		return {
			command: await this.command('operator', 'status'),
			click: await this.click('operator', 'status:refresh'),
			failingHandler: await this.click('operator', 'status:trumpet'),
			withoutHandler: await this.click('operator', 'status:forgotten'),
			denied: await this.command('operator', 'banish', { person: this.sandbox.ids.operatorId }),
			allowed: await this.command('owner', 'banish', { person: this.sandbox.ids.operatorId }),
			failingCommand: await this.command('operator', 'joust')
		};
	}

	/** Stops it as a process manager does. @returns its exit code */
	public async stop(): Promise<number | null> {
		if (this.child.exitCode === null && this.child.signalCode === null) {
			const exited = once(this.child, 'exit');
			this.child.kill('SIGTERM');
			await exited;
		}
		await this.redis.kill();
		return this.child.exitCode;
	}

	/** The interaction and its message as Discord shows them, without IDs and times. */
	private async shown(id: string): Promise<string> {
		const view = await this.sandbox.answered(id);
		return JSON.stringify(view, null, '\t')
			.replaceAll(/\d{17,20}/g, 'ID')
			.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g, 'TIME');
	}
}
