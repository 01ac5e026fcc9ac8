/**
 * Prisma's generated client sets `globalThis.__dirname`, for the whole process of the bot. By that name other packages find out whether they
 * run as CommonJS. Reeve's driver adapters load no file by it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CLIENT = join(import.meta.dirname, '..', 'dist', 'src', 'store', 'client', 'client.js');

writeFileSync(CLIENT, readFileSync(CLIENT, 'utf8').replace(/^globalThis\['__dirname'\] = .*$/m, ''));
