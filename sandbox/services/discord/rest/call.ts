import type { UploadedFile } from '../core/files.js';

/** One request, read. */
export interface Call {
	readonly params: Readonly<Record<string, string>>;
	readonly query: URLSearchParams;
	/** Parsed JSON; for multipart what `payload_json` held. */
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

/** A parameter of the path, which the route's pattern says is there. */
export function param(call: Call, name: string): string {
	return call.params[name] ?? '';
}
