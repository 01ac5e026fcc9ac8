import { DefaultRestOptions, type RESTOptions } from 'discord.js';

type MakeRequest = RESTOptions['makeRequest'];
type Init = Parameters<MakeRequest>[1];

const REASON = 'X-Audit-Log-Reason';

/**
 * Makes requests as `request` does, and says nothing to Discord but through `mask`: a text that anybody chose, or an error that
 * quotes, may have a secret in it. What Discord must know, the token in the headers, passes.
 */
export function createRedactingRequest(mask: (text: string) => string, request: MakeRequest = DefaultRestOptions.makeRequest): MakeRequest {
	return async (url, init) =>
		request(url, { ...init, body: await redactedBody(init.body, mask), headers: redactReason(init.headers, mask) });
}

async function redactedBody(body: Init['body'], mask: (text: string) => string): Promise<Init['body']> {
	if (typeof body === 'string') return mask(body);
	if (!(body instanceof FormData)) return body;
	const form = new FormData();
	for (const [name, value] of body) {
		if (typeof value === 'string') form.append(name, mask(value));
		else form.append(name, isText(value) ? new Blob([mask(await value.text())], { type: value.type }) : value, value.name);
	}
	return form;
}

function isText({ name, type }: File): boolean {
	return type.startsWith('text/') || name.endsWith('.csv');
}

/** The reason is percent-encoded, as a secret in it is. */
function redactReason(headers: Init['headers'], mask: (text: string) => string): Init['headers'] {
	const { [REASON]: reason, ...others } = (headers ?? {}) as Readonly<Record<string, string>>;
	return reason === undefined ? headers : { ...others, [REASON]: mask(reason) };
}
