import { createHmac } from 'node:crypto';
import { toSlackMessage, type WebhookEvent } from '../report/webhook.js';

export interface WebhookTarget {
	readonly url: string;
	/** `whsec_` and base64; null: calls are not signed. */
	readonly secret: string | null;
	readonly format: 'json' | 'slack';
}

/** Redact secrets. */
export interface WebhookRedactors {
	readonly body: (text: string) => string;
	readonly errors: (text: string) => string;
}

/** @throws an error that says why, for operators, without the URL: its path may be a secret */
export type CallWebhook = (event: WebhookEvent) => Promise<void>;

/** Of a whole call. Shorter than the time after which another process delivers the message. */
const DEADLINE_MS = 15_000;

/** Calls the webhook by POST, signed as the Standard Webhooks specification says. Redirects are not followed. */
export function createWebhookCaller(
	target: WebhookTarget,
	{ body: redactBody, errors }: WebhookRedactors,
	deadlineMs = DEADLINE_MS
): CallWebhook {
	const { url, secret, format } = target;
	const { host } = new URL(url);
	return async (event) => {
		const body = redactBody(JSON.stringify(format === 'slack' ? toSlackMessage(event) : event));
		const timestamp = String(Math.floor(Date.now() / 1000));
		const headers = {
			'content-type': 'application/json',
			'user-agent': 'Reeve',
			'webhook-id': event.id,
			'webhook-timestamp': timestamp,
			...(secret !== null && { 'webhook-signature': signatureOf(secret, `${event.id}.${timestamp}.${body}`) })
		};
		const signal = AbortSignal.timeout(deadlineMs);
		const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal }).catch((error: unknown) => {
			throw new Error(errors(`The webhook at ${host} ${failureOf(error, deadlineMs)}. Check WEBHOOK_URL.`), { cause: error });
		});
		// Only the status counts: the rest of the answer may be endless.
		await response.body?.cancel();
		if (!response.ok) throw new Error(errors(refusalOf(host, response.status)));
	};
}

/** `v1,` and the HMAC-SHA256 in base64. */
function signatureOf(secret: string, signed: string): string {
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

function refusalOf(host: string, status: number): string {
	if (status >= 300 && status < 400)
		return `The webhook at ${host} answered with a redirect (HTTP ${status}), which Reeve does not follow. Set WEBHOOK_URL to the address that it leads to.`;
	return `The webhook at ${host} answered with HTTP ${status}. Check WEBHOOK_URL and the receiver's log.`;
}

function failureOf(error: unknown, deadlineMs: number): string {
	if (error instanceof Error && error.name === 'TimeoutError') return `did not answer within ${deadlineMs / 1000} seconds`;
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
	return `cannot be reached${code === '' ? '' : ` (${code})`}`;
}
