import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { REPOSITORY } from '../bot/repository.js';

/** Serves the page that `npm run build` bundles. */

const FOLDER = join(REPOSITORY, 'dist', 'sandbox', 'page');

const TYPES: Readonly<Record<string, string>> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8'
};

/** Nothing is loaded from elsewhere. Lit sets the color of an embed as an attribute. */
const POLICY =
	"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function addPage(app: Hono): void {
	app.get('/', (c) => file(c, 'index.html'));
	app.get('/assets/:name{[A-Za-z0-9._-]+}', (c) => file(c, join('assets', c.req.param('name'))));
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
