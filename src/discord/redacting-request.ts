import type { RESTOptions } from 'discord.js';

type MakeRequest = RESTOptions['makeRequest'];
type Init = Parameters<MakeRequest>[1];

const REASON_HEADER = 'X-Audit-Log-Reason';

/**
 * Redacts secrets from request bodies and audit-log reasons: user-supplied text and quoted errors may contain them. All other
 * headers, the token included, are sent unchanged.
 */
export function createRedactingRequest(redact: (text: string) => string, request: MakeRequest): MakeRequest {
	return async (url, init) =>
		request(url, { ...init, body: await redactBody(init.body, redact), headers: redactReason(init.headers, redact) });
}

async function redactBody(body: Init['body'], redact: (text: string) => string): Promise<Init['body']> {
	if (typeof body === 'string') return redact(body);
	if (!(body instanceof FormData)) return body;
	const form = new FormData();
	for (const [name, value] of body) {
		if (typeof value === 'string') form.append(name, redact(value));
		else form.append(name, isText(value) ? new Blob([redact(await value.text())], { type: value.type }) : value, value.name);
	}
	return form;
}

function isText({ name, type }: File): boolean {
	return type.startsWith('text/') || name.endsWith('.csv');
}

/** The reason is percent-encoded; `redact` recognises secrets in that form too. */
function redactReason(headers: Init['headers'], redact: (text: string) => string): Init['headers'] {
	const { [REASON_HEADER]: reason, ...others } = (headers ?? {}) as Readonly<Record<string, string>>;
	return reason === undefined ? headers : { ...others, [REASON_HEADER]: redact(reason) };
}
