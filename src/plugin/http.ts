import { type Client, Status } from 'discord.js';
import { probe } from '../async/probe.js';
import { httpSettings } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import type { HttpDeps, Readiness } from '../http/deps.js';
import { RequestError } from '../http/errors.js';
import { NotRunningError, ShuttingDownError } from '../lifecycle.js';
import { EventRefusedError } from '../reconciliation/changes/signed-event.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { OVER_HTTP } from '../reconciliation/domain/run.js';
import { RunInProgressError } from '../reconciliation/runs/run.js';
import type { Redactor } from '../redaction/redactor.js';
import type { MountedReeve } from './handle.js';

/** What the endpoint is mounted on. */
export interface HttpMount {
	readonly settings: Settings;
	readonly client: Client;
	readonly handle: MountedReeve;
	readonly redact: Redactor;
}

/**
 * Starts the HTTP endpoint if the settings have a port. Never throws: without it, the bot does its work.
 * @returns what closes it
 */
export async function startHttp({ settings, client, handle, redact }: HttpMount): Promise<() => Promise<void>> {
	const address = httpSettings(settings);
	if (address === null) return async () => {};
	const { logger, events } = handle;
	// Loaded by those alone who use it.
	const { startHttpServer, ListenError } = await import('../http/server.js');
	const { createMetrics } = await import('../http/metrics.js');
	const deps: HttpDeps = {
		token: address.token,
		checkReadiness: () => checkReadiness({ client, handle, redact }),
		readGauges: () => probe('The database', () => handle.services.health.gauges()),
		runs: { recent: async (limit) => handle.services.runs.recent(limit), find: async (runId) => handle.services.runs.find(runId) },
		issues: { listIssues: async (page) => handle.services.fixes.listIssues(page) },
		startRun: (options) => startRun(handle, options),
		check: async (discordIds) => {
			assertStarted(handle);
			return handle.check(discordIds, { by: OVER_HTTP });
		},
		receiveStripeEvent: (body, signature) => receiveStripeEvent(handle, body, signature),
		describeError,
		logger
	};
	const metrics = createMetrics(deps);
	events.on('run', metrics.runEnded);
	events.on('attempt', ({ kind, outcome }) => {
		if (kind === 'fix') metrics.fixEnded(outcome);
	});
	try {
		const server = await startHttpServer(address, metrics, deps);
		logger.info(`The HTTP endpoint listens on ${server.url}.`);
		return () => server.close();
	} catch (error) {
		if (!(error instanceof ListenError)) logger.error('The HTTP endpoint could not start, and Reeve goes on without it:', error);
		else logger.error(`The HTTP endpoint could not start, and Reeve goes on without it: ${error.message}`);
		return async () => {};
	}
}

async function checkReadiness({ client, handle, redact }: Omit<HttpMount, 'settings'>): Promise<Readiness> {
	const shuttingDown = handle.isOpen && handle.services.lifecycle.shuttingDown;
	const database = await probe('The database', () => handle.services.health.pingDatabase());
	return {
		discord: isConnected(client) ? null : 'Not connected to Discord. If this lasts, see the log.',
		database: database.ok ? null : redact(database.error),
		schedule: shuttingDown || handle.isStopped ? 'Reeve is shutting down.' : handle.isScheduled ? null : 'Reeve is starting.'
	};
}

function assertStarted(handle: MountedReeve): void {
	if (!handle.isScheduled) throw new NotRunningError('Reeve is starting. Nothing was changed; try again in a minute.');
}

/** Resolves with the run's ID when it has begun, and not when it ends. */
async function startRun(handle: MountedReeve, { reportOnly }: { readonly reportOnly: boolean }): Promise<string> {
	assertStarted(handle);
	return new Promise((resolve, reject) => {
		let runId: string | null = null;
		const onStarted = (id: string) => {
			runId = id;
			resolve(id);
		};
		handle.services.runs
			.start({ triggeredBy: 'manual', requestedBy: OVER_HTTP, onStarted, ...(reportOnly && { autoFix: false }) })
			.catch((error: unknown) => {
				if (runId === null) reject(error);
				else if (!(error instanceof ShuttingDownError)) handle.logger.error(`Run ${runId} failed:`, error);
			});
	});
}

/** @throws {RequestError} if the settings allow none */
async function receiveStripeEvent({ services }: MountedReeve, body: string, signature: string | null): Promise<void> {
	const { receiveEvent } = services.changes;
	if (receiveEvent === null)
		throw new RequestError(
			403,
			'webhook_not_set',
			'Reeve takes no events: set STRIPE_WEBHOOK_SECRET to the signing secret of this endpoint in Stripe, and RECONCILIATION_EVENTS_SECONDS to 1 or more, and restart Reeve.'
		);
	await receiveEvent(body, signature);
}

/** discord.js stays "ready" when a connection is lost later. */
function isConnected(client: Client): boolean {
	return client.isReady() && client.ws.shards.every(({ status }) => status === Status.Ready);
}

/** Errors that a caller can do something about. */
function describeError(error: unknown): ReturnType<HttpDeps['describeError']> {
	if (!(error instanceof Error)) return null;
	const { message } = error;
	if (error instanceof RunInProgressError) return { status: 409, code: 'run_in_progress', message };
	if (error instanceof EventRefusedError) return { status: 400, code: 'invalid_signature', message };
	if (error instanceof ShuttingDownError) return { status: 503, code: 'shutting_down', message };
	if (error instanceof NotRunningError) return { status: 503, code: 'not_running', message };
	if (error instanceof SourceError) return { status: 503, code: 'unavailable', message };
	return null;
}
