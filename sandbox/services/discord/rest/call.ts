import type { UploadedFile } from '../core/files.js';

/** A parsed request. */
export interface Call {
	readonly params: Readonly<Record<string, string>>;
	readonly query: URLSearchParams;
	/** Parsed JSON; of a multipart body, the `payload_json` part. */
	readonly body: unknown;
	readonly files: readonly UploadedFile[];
	/** `X-Audit-Log-Reason`, decoded. */
	readonly reason: string | undefined;
}

export interface Answer {
	status: number;
	body?: unknown;
}

export const ok = (body: unknown, status = 200): Answer => ({ status, body });
export const nothing = (): Answer => ({ status: 204 });

/** A path parameter of the route. */
export function param(call: Call, name: string): string {
	return call.params[name] ?? '';
}
