import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { REPOSITORY } from '../bot/repository.js';
import type { SandboxDiscord } from '../services/discord/discord.js';

/** Serves the page that `npm run build` bundles, and the events that keep it up to date. */

const FOLDER = join(REPOSITORY, 'dist', 'sandbox', 'page');

const TYPES: Readonly<Record<string, string>> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8'
};

/** Nothing is loaded from elsewhere. Lit sets the color of an embed as an attribute. */
const POLICY =
	"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Changes within this time are one event. */
const QUIET_MS = 100;
/** The guild changes far more rarely than the page reads it, and a large one has a long list of members. */
const GUILD_EVERY_MS = 2_000;

export function addPage(app: Hono, discord: SandboxDiscord): void {
	app.get('/', (c) => file(c, 'index.html'));
	app.get('/assets/:name{[A-Za-z0-9._-]+}', (c) => file(c, join('assets', c.req.param('name'))));
	app.get('/api/events', (c) =>
		streamSSE(c, async (stream) => {
			let messagesChanged = true;
			let guildChanged = true;
			let guildAt = 0;
			const unsubscribe = discord.onChange(() => {
				messagesChanged = true;
				guildChanged = true;
			});
			stream.onAbort(unsubscribe);
			while (!stream.aborted && !stream.closed) {
				if (messagesChanged) {
					messagesChanged = false;
					await stream.writeSSE({ event: 'messages', data: '' });
				}
				if (guildChanged && Date.now() - guildAt >= GUILD_EVERY_MS) {
					guildChanged = false;
					guildAt = Date.now();
					await stream.writeSSE({ event: 'guild', data: '' });
				}
				await stream.sleep(QUIET_MS);
			}
			unsubscribe();
		})
	);
}

async function file(c: Context, path: string): Promise<Response> {
	const body = await readFile(join(FOLDER, path)).catch(() => null);
	if (!body) return c.text('The page is not built. Run: npm run build', 404);
	return c.body(body, 200, {
		'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
		'content-security-policy': POLICY,
		'cache-control': 'no-cache',
		'x-content-type-options': 'nosniff'
	});
}
