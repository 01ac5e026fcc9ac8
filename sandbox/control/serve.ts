import type { Server } from 'node:http';
import type { SandboxEnvironment } from '../environment/environment.js';
import { createServicesServer } from '../services/server.js';
import { controlApi } from './api.js';

/** Serves Discord, Stripe and the control API on one port. */
export function createSandboxServer(environment: SandboxEnvironment): Server {
	const control = controlApi(environment);
	return createServicesServer(environment, (request, bindings) => control.fetch(request, bindings));
}
