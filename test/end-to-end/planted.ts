import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { Sandbox } from '../../sandbox/sandbox.js';
import type { Database } from '../../src/store/connection/database.js';

/** Planted secrets by name, and the places where they must not appear. */

export type Planted = Readonly<Record<string, string>>;

/** Forms of a secret to search for: raw, URL-decoded, encoded, base64 at every offset, and its middle part. */
function traces(secret: string): string[] {
	const third = Math.floor(secret.length / 3);
	const bytes = Buffer.from(secret);
	// Base64 encodes three bytes at a time, so a secret has three encodings, by its offset.
	const inBase64 = [0, 1, 2].map((skipped) => bytes.subarray(skipped, bytes.length - ((bytes.length - skipped) % 3)).toString('base64'));
	return [secret, encodeURIComponent(secret), secret.slice(third, secret.length - third), ...inBase64];
}

/** Names of the secrets that a text contains in any form, including JSON and markdown escapes. */
export function leaks(text: string, planted: Planted): string[] {
	const bare = text.replaceAll('\\', '');
	return Object.entries(planted)
		.filter(([, secret]) =>
			[secret, secret.replaceAll('\\', '')].flatMap(traces).some((trace) => text.includes(trace) || bare.includes(trace))
		)
		.map(([name]) => name);
}

/** Every row of every table, as JSON. */
export async function everyRow({ prisma }: Database): Promise<string> {
	const tables = await prisma.$queryRaw<{ name: string }[]>`
		SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
	const dumps = tables.map(({ name }) =>
		prisma.$queryRawUnsafe<{ row: string }[]>(`SELECT to_jsonb(t)::text AS row FROM "${name.replaceAll('"', '""')}" t`)
	);
	return (await Promise.all(dumps))
		.flat()
		.map(({ row }) => row)
		.join('\n');
}

/** The bytes of all files in a folder. */
export async function everyFile(folder: string): Promise<string> {
	const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
	return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')))).join('\n');
}

/** Every message and interaction response of the bot, with attached files. */
export async function everythingSaid(sandbox: Sandbox, interactions: readonly string[]): Promise<string> {
	const messages = [...sandbox.messages(), ...interactions.flatMap((id) => sandbox.interaction(id).responses)];
	const files = messages.flatMap(({ attachments }) => attachments).map(async ({ url }) => (await fetch(url)).text());
	const suggested = interactions.map((id) => sandbox.interaction(id).choices);
	const sent = sandbox.requests().filter(({ target }) => target === 'discord');
	const bodies = sent.map(({ path, body, reason }) => ({ path, body, reason }));
	return [JSON.stringify([messages, suggested, bodies]), ...(await Promise.all(files))].join('\n');
}

/** What `/proc` shows of a process to others. */
export async function everythingShown(pid: number): Promise<string> {
	return (await Promise.all(['cmdline', 'comm'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')))).join('\n');
}

/** A mail server that requires a password and quotes it in its refusals. */
export class QuotingMailServer {
	public refuses = false;
	public readonly received: string[] = [];
	private readonly server = new SMTPServer({
		allowInsecureAuth: true,
		disabledCommands: ['STARTTLS'],
		disableReverseLookup: true,
		closeTimeout: 100,
		onAuth: ({ username = '', password = '' }, _, done) => {
			const line = Buffer.from(`\0${username}\0${password}`).toString('base64');
			if (this.refuses) done(new Error(`No entry for ${username} with ${password} (AUTH PLAIN ${line})`));
			else done(null, { user: username });
		},
		onData: (stream, _, done) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				this.received.push(Buffer.concat(chunks).toString());
				done();
			});
		}
	});

	/** @returns its port */
	public listen(): Promise<number> {
		this.server.on('error', () => {});
		return new Promise((resolve) => {
			const listening = this.server.listen(0, '127.0.0.1', () => {
				const address = listening.address();
				if (address === null || typeof address === 'string') throw new Error('The server has no port');
				resolve(address.port);
			});
		});
	}

	public close(): Promise<void> {
		return new Promise((resolve) => this.server.close(() => resolve()));
	}
}
