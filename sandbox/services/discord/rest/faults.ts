import type { Fault, Faults } from '../../core/faults.js';
import { refusal } from '../core/errors.js';
import type { Answer } from './call.js';

const DEFAULT_RETRY_AFTER = 1;
const TEXTS: Readonly<Record<number, string>> = {
	400: '400: Bad Request',
	401: '401: Unauthorized',
	403: '403: Forbidden',
	404: '404: Not Found',
	500: '500: Internal Server Error',
	502: '502: Bad Gateway',
	503: '503: Service Unavailable'
};

interface Early {
	answer: Answer;
	headers: Record<string, string>;
}

export function takeDiscordFaults(faults: Faults, what: string): readonly Fault[] {
	return faults.take('discord', what);
}

/**
 * Applies faults that replace the response.
 * @param clientDisconnected - resolves once the client has disconnected
 */
export async function faultBeforeHandler(
	faults: readonly Fault[],
	clientDisconnected: () => Promise<void>
): Promise<Early | 'drop' | null> {
	for (const { kind, ms } of faults) if (kind === 'latency') await new Promise((resolve) => setTimeout(resolve, ms ?? 0));
	for (const fault of faults) {
		switch (fault.kind) {
			case 'drop':
				return 'drop';
			case 'timeout':
				await clientDisconnected();
				return 'drop';
			case '429':
				return rateLimited(fault.retryAfter ?? DEFAULT_RETRY_AFTER);
			case '429-untimed':
				return { answer: { status: 429, body: 'error code: 1015' }, headers: {} };
			case '500':
				return early(500, fault.body);
			case 'status':
				return early(fault.status ?? 500, fault.body);
			case 'missing-permission': {
				const { status, body } = refusal('missingPermissions');
				return early(status, body);
			}
			case 'ignore':
				return { answer: { status: 204 }, headers: {} };
			case 'empty':
				return { answer: { status: 200, body: [] }, headers: {} };
		}
	}
	return null;
}

/** Applies faults that alter or drop the response. */
export function faultAfterHandler(faults: readonly Fault[], answer: Answer): Answer | 'drop' {
	for (const { kind } of faults) {
		if (kind === 'drop-after') return 'drop';
		if (kind === 'truncate' && Array.isArray(answer.body))
			return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
	}
	return answer;
}

function early(status: number, body: unknown): Early {
	return { answer: { status, body: body ?? { message: TEXTS[status] ?? `${status}: Error`, code: 0 } }, headers: {} };
}

function rateLimited(retryAfter: number): Early {
	return {
		answer: { status: 429, body: { message: 'You are being rate limited.', retry_after: retryAfter, global: false } },
		headers: { 'Retry-After': String(retryAfter), 'X-RateLimit-Scope': 'user' }
	};
}
