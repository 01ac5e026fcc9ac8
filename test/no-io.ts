import { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';
import { vi } from 'vitest';

/** Makes a unit test fail when it opens a socket, starts a process or opens a database. */

function forbid(action: string): () => never {
	return () => {
		throw new Error(`A unit test must not ${action}. Move this test to a file named *.integration.test.ts.`);
	};
}

Object.assign(Server.prototype, { listen: forbid('listen on a port') });
Object.assign(Socket.prototype, { connect: forbid('connect to a port') });
Object.assign(ChildProcess.prototype, { spawn: forbid('start a process') });
vi.mock('@electric-sql/pglite', () => ({ PGlite: { defaultStartParams: [], create: forbid('open a database') } }));
