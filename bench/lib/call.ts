/**
 * Makes a call of a server's control API.
 * @param what - `POST /api/reset`
 */
export async function call<T = unknown>(url: string, what: string, body?: object): Promise<T> {
	const [method = 'GET', path = '/'] = what.split(' ');
	const response = await fetch(`${url}${path}`, {
		method,
		...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
	return JSON.parse(text) as T;
}
