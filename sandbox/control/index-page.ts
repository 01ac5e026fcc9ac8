/** What `GET /` shows: what the sandbox is, and what can be asked of it. */

interface Call {
	readonly call: string;
	readonly does: string;
	/** A body for the example. */
	readonly body?: object;
	/** In place of the call's own path, for the example. */
	readonly path?: string;
}

const CALLS: readonly Call[] = [
	{ call: 'GET /api/state', does: 'whether the bot is up, and with which settings' },
	{ call: 'GET /api/log', does: 'what the bot printed' },
	{
		call: 'POST /api/command',
		does: 'a slash command; answers {interactionId}',
		body: { user: 'operator', command: 'reconcile run' }
	},
	{
		call: 'POST /api/click',
		does: 'a button or menu of a message; 409 says why it cannot be used',
		body: { user: 'operator', messageId: '…', customId: '…' }
	},
	{
		call: 'POST /api/modal',
		does: 'submits the modal that an interaction opened',
		body: { user: 'operator', interactionId: '…', fields: { '…': '…' } }
	},
	{
		call: 'POST /api/autocomplete',
		does: 'what an option suggests while it is typed; the choices are in the interaction',
		body: { user: 'operator', command: '…', option: '…', value: 'a' }
	},
	{
		call: 'GET /api/interactions/:id',
		does: 'how the bot answered: replies, ephemeral ones too, modal, failure',
		path: '/api/interactions/…'
	},
	{ call: 'GET /api/messages?channel=', does: 'the messages of a channel; the admin channel when none is named', path: '/api/messages' },
	{ call: 'GET /api/dms', does: 'what the bot wrote to people of its own accord' },
	{ call: 'GET /api/guild', does: 'members with roles, roles, audit log' },
	{ call: 'POST /api/roles', does: 'a human changes roles by hand', body: { user: 'ada', add: ['Lord'], remove: ['Knight'] } },
	{
		call: 'POST /api/guild',
		does: 'kick {user}, join {member}, createRole {name, position?}, deleteRole {role}, renameRole {role, to}, moveRole {role, position}, botPermission {permission, on, channel?}, memberIntent {on}, memberRequests {seconds}',
		body: { action: 'moveRole', role: 'Lord', position: 9 }
	},
	{ call: 'GET /api/stripe/subscriptions', does: 'also /:id, and the same for customers' },
	{
		call: 'POST /api/stripe/subscriptions',
		does: 'makes one; PATCH /:id changes it, DELETE /:id ends it; the same for customers',
		body: { customer: 'cus_1', status: 'active', price: 'price_lord' }
	},
	{
		call: 'POST /api/stripe/settings',
		does: 'how fast Stripe is, test or live, what the restricted key may read',
		body: { latencyMs: 200, ratePerSecond: 25, livemode: false, permissions: { invoices: true } }
	},
	{
		call: 'POST /api/discord/settings',
		does: 'how many requests Discord takes: memberRoles, messages, others, global',
		body: { limits: { memberRoles: { limit: 10, seconds: 5 } } }
	},
	{ call: 'GET /api/inbox', does: 'the mails received' },
	{
		call: 'POST /api/faults',
		does: 'makes something go wrong: target stripe, discord, gateway or smtp; kind; match, times, after, ms, status. GET lists them, DELETE ends them',
		body: { target: 'stripe', kind: '500', match: '/v1/subscriptions', times: 2 }
	},
	{ call: 'GET /api/requests', does: 'every request the bot made, in order' },
	{ call: 'GET /api/requests/count', does: 'how many of each kind' },
	{
		call: 'GET /api/usage',
		does: 'what the bot’s process takes of the machine: memory, its peak, processor time, the longest stall since this was last asked'
	},
	{ call: 'GET /api/runs?limit=', does: 'the runs, as the bot stored them', path: '/api/runs?limit=1' },
	{ call: 'GET /api/issues?status=', does: 'the issues with their fix attempts, as stored', path: '/api/issues?status=OPEN' },
	{ call: 'GET /api/deliveries', does: 'reports and mails, and whether they have arrived, as stored', path: '/api/deliveries' },
	{ call: 'GET /api/verifications', does: 'verifications, as stored', path: '/api/verifications' },
	{ call: 'GET /api/audit?limit=', does: 'the audit log, as stored', path: '/api/audit' },
	{ call: 'GET /api/expected', does: 'the issues that are to be found in this scenario' },
	{
		call: 'POST /api/reset',
		does: 'a fresh world and database: {scenario, size?, seed?} or {world}, and {env?} for the bot. Answers when the bot is ready',
		body: { scenario: 'council', seed: 2 }
	},
	{ call: 'POST /api/restart', does: 'stops the bot and starts it on the same database', body: { signal: 'SIGKILL' } }
];

export function indexPage({ http, smtp }: { http: number; smtp: number }): string {
	const origin = `http://127.0.0.1:${http}`;
	const rows = CALLS.map(({ call, does, body, path }) => {
		const [method = 'GET', own = '/'] = call.split(' ');
		const data = body ? ` -H 'content-type: application/json' -d '${JSON.stringify(body)}'` : '';
		const curl = `curl${method === 'GET' ? '' : ` -X ${method}`} '${origin}${path ?? own}'${data}`;
		return `<section><h3><code>${escaped(call)}</code></h3><p>${escaped(does)}</p><pre>${escaped(curl)}</pre></section>`;
	});
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reeve’s sandbox</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h3 { margin: 1.5rem 0 0; font-size: 1rem; }
p { margin: 0.25rem 0; }
pre { margin: 0; padding: 0.5rem 0.75rem; overflow-x: auto; background: color-mix(in srgb, currentColor 8%, transparent); border-radius: 6px; }
</style>
</head>
<body>
<h1>Reeve’s sandbox</h1>
<p>A Discord, a Stripe and a mail server of our own, with the real bot running against them. No account, no token, no network.</p>
<ul>
<li>Discord: <code>${origin}/api/v10</code>, gateway <code>ws://127.0.0.1:${http}/gateway</code></li>
<li>Stripe: <code>${origin}/v1</code></li>
<li>Mail: <code>smtp://127.0.0.1:${smtp}</code></li>
<li>Control API: <code>${origin}/api</code></li>
</ul>
<p>A user is a Discord ID or a username; <code>operator</code> is always there, and may use Reeve.</p>
<h2>Control API</h2>
${rows.join('\n')}
</body>
</html>
`;
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
