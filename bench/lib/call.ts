/**
 * Calls a server's control API.
 * @param endpoint - method and path, such as `POST /api/reset`
 * @throws if the status is not 2xx
 */
export async function call<T = unknown>(url: string, endpoint: string, body?: object): Promise<T> {
	const [method = 'GET', path = '/'] = endpoint.split(' ');
	const response = await fetch(`${url}${path}`, {
		method,
		...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${endpoint}: ${response.status} ${text}`);
	return JSON.parse(text) as T;
}
