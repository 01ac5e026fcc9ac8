/** The page at `GET /api`: what the sandbox runs, and the control API with examples. */

interface Call {
	readonly call: string;
	readonly does: string;
	/** Body of the example. */
	readonly body?: object;
	/** Path of the example, if it differs from the call's. */
	readonly path?: string;
}

const CALLS: readonly Call[] = [
	{ call: 'GET /api/state', does: 'the bot’s process, ports and settings' },
	{ call: 'GET /api/log?limit=', does: 'the bot’s output; with a limit, the newest', path: '/api/log?limit=20' },
	{
		call: 'POST /api/command',
		does: 'runs a slash command, or with target one of the context menu of that user; answers {interactionId}',
		body: { user: 'operator', command: 'reconcile run' }
	},
	{
		call: 'POST /api/click',
		does: 'uses a button or menu of a message; 409 with the reason if it cannot be used',
		body: { user: 'operator', messageId: '…', customId: '…' }
	},
	{
		call: 'POST /api/modal',
		does: 'submits the modal that an interaction opened',
		body: { user: 'operator', interactionId: '…', fields: { '…': '…' } }
	},
	{
		call: 'POST /api/autocomplete',
		does: 'types into an option; the interaction has the choices',
		body: { user: 'operator', command: '…', option: '…', value: 'a' }
	},
	{
		call: 'GET /api/interactions/:id',
		does: 'the bot’s response: messages (ephemeral ones included), modal, failure',
		path: '/api/interactions/…'
	},
	{
		call: 'GET /api/interactions?ids=',
		does: 'the same of several, separated by commas; unknown ones are left out',
		path: '/api/interactions?ids=…'
	},
	{
		call: 'GET /api/messages?channel=&limit=',
		does: 'the messages of a channel, oldest first; default: all of the admin channel; with a limit, the newest',
		path: '/api/messages'
	},
	{ call: 'GET /api/commands', does: 'the commands that users can give, and (type 2) those in the context menu of users' },
	{
		call: 'GET /api/events',
		does: 'says, as Server-Sent Events, what has changed: messages, guild, stripe, inbox, faults, requests, bot, log'
	},
	{ call: 'GET /api/dms', does: 'direct messages the bot sent outside of interactions' },
	{ call: 'GET /api/guild', does: 'members with roles, roles, audit log' },
	{
		call: 'POST /api/roles',
		does: 'changes a member’s roles by hand; by: a person or a bot',
		body: { user: 'ada', add: ['Lord'], remove: ['Knight'], by: 'operator' }
	},
	{
		call: 'POST /api/guild',
		does: 'kick {user, by?}, ban {user, by?}, leave {user}, join {member}, createRole {name, position?}, deleteRole {role, by?}, createChannel {name}, deleteChannel {channel, by?}, renameRole {role, to}, moveRole {role, position}, botPermission {permission, on, channel?, by?}, memberIntent {on}, memberRequests {seconds}, memberCount {offset}, invite {on}, bindRole {role, to}, twoFactor {required, ownerHas}',
		body: { action: 'moveRole', role: 'Lord', position: 9 }
	},
	{
		call: 'GET /api/subscriptions?text=&limit=',
		does: 'subscriptions by ID, email, or the name of a customer or a member, with the members linked to them',
		path: '/api/subscriptions?text=ada&limit=5'
	},
	{ call: 'GET /api/stripe/prices', does: 'the prices that are sold' },
	{ call: 'GET /api/stripe/subscriptions', does: 'also /:id, and the same for customers' },
	{
		call: 'POST /api/stripe/subscriptions',
		does: 'creates one; PATCH /:id changes it, DELETE /:id cancels it; the same for customers',
		body: { customer: 'cus_1', status: 'active', price: 'price_lord' }
	},
	{
		call: 'POST /api/stripe/subscriptions/:id/fail-payment',
		does: 'the card is declined: an active subscription renews and becomes past_due, a past_due one is charged again. PATCH status active pays',
		path: '/api/stripe/subscriptions/sub_1/fail-payment'
	},
	{
		call: 'POST /api/stripe/subscriptions/:id/refund',
		does: 'refunds a payment: {charge?, amount?, reason?}; default: all that is left of the newest. The subscription stays. GET /api/stripe/refunds lists them',
		path: '/api/stripe/subscriptions/sub_1/refund',
		body: { amount: 500, reason: 'requested_by_customer' }
	},
	{
		call: 'POST /api/stripe/subscriptions/:id/dispute',
		does: 'disputes a payment: {charge?, reason?}. GET /api/stripe/disputes lists them, POST /api/stripe/disputes/:id/close {status} decides: won or lost',
		path: '/api/stripe/subscriptions/sub_1/dispute',
		body: { reason: 'fraudulent' }
	},
	{
		call: 'POST /api/stripe/subscriptions/:id/advance',
		does: 'lets time pass for a subscription without test clock, as if it had begun earlier: {days?}; default: until an hour after its period ends, when the next payment is made. Trials and subscriptions end, payments are made or fail',
		path: '/api/stripe/subscriptions/sub_1/advance',
		body: { days: 31 }
	},
	{
		call: 'POST /api/stripe/advance',
		does: 'the same for every subscription without test clock',
		body: { days: 3 }
	},
	{
		call: 'GET /api/stripe/test-clocks',
		does: 'Stripe’s test clocks and their customers, whom Stripe’s lists leave out; also /:id'
	},
	{
		call: 'POST /api/stripe/test-clocks',
		does: 'creates one: {frozen_time?, name?, customer?}; attaches the customer. POST /api/stripe/customers takes test_clock. DELETE /:id deletes it with its customers',
		body: { name: 'renewal', customer: 'cus_1' }
	},
	{
		call: 'POST /api/stripe/test-clocks/:id/advance',
		does: 'moves its time forward: {frozen_time} in epoch seconds or {days}, at most two billing periods',
		path: '/api/stripe/test-clocks/clock_1/advance',
		body: { days: 31 }
	},
	{
		call: 'POST /api/stripe/settings',
		does: 'latency, rate limit, test or live mode, permissions of the restricted key; afterRetries (past_due, unpaid, cancel) and onDispute (keep, cancel, cancel_at_period_end)',
		body: { latencyMs: 200, ratePerSecond: 25, livemode: false, permissions: { invoices: true } }
	},
	{
		call: 'POST /api/discord/settings',
		does: 'Discord’s rate limits: memberRoles, messages, others, global',
		body: { limits: { memberRoles: { limit: 10, seconds: 5 } } }
	},
	{ call: 'GET /api/inbox', does: 'the received mails, parsed' },
	{
		call: 'POST /api/faults',
		does: 'injects a fault: target (stripe, discord, gateway, smtp), kind, match, times, after, ms, status. GET lists faults, DELETE clears them, DELETE /:id one',
		body: { target: 'stripe', kind: '500', match: '/v1/subscriptions', times: 2 }
	},
	{
		call: 'GET /api/requests?target=&text=&limit=',
		does: 'every request the bot made, in order; with a limit, the newest; text: in the method, the path or the status',
		path: '/api/requests?limit=10'
	},
	{ call: 'GET /api/requests/count', does: 'requests counted by kind' },
	{
		call: 'GET /api/usage',
		does: 'the bot’s process: memory, peak memory, CPU time, longest event-loop delay since the last call'
	},
	{
		call: 'GET /api/runs?limit=&issues=',
		does: 'reconciliation runs, as stored; issues=false leaves out what each found',
		path: '/api/runs?limit=1'
	},
	{
		call: 'GET /api/issues?status=&member=&limit=',
		does: 'issues with their fix attempts, as stored; member: a Discord ID',
		path: '/api/issues?status=OPEN'
	},
	{ call: 'GET /api/deliveries', does: 'the outbox of reports and mails, as stored', path: '/api/deliveries' },
	{ call: 'GET /api/verifications', does: 'verifications, as stored', path: '/api/verifications' },
	{ call: 'GET /api/audit?limit=', does: 'the audit log, as stored', path: '/api/audit' },
	{ call: 'GET /api/expected', does: 'the issues this scenario must produce' },
	{
		call: 'POST /api/reset',
		does: 'loads a fresh world and database: {scenario, size?, seed?} or {world}, with {env?} for the bot. Answers when the bot is ready',
		body: { scenario: 'council', seed: 2 }
	},
	{
		call: 'POST /api/restart',
		does: 'stops the bot and starts it on the same database, with {env?} as changed settings',
		body: { signal: 'SIGKILL' }
	}
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
<p>Reeve running against an emulated Discord, Stripe and mail server. No account, token or network needed.</p>
<ul>
<li>Discord: <code>${origin}/api/v10</code>, gateway <code>ws://127.0.0.1:${http}/gateway</code></li>
<li>Stripe: <code>${origin}/v1</code></li>
<li>Mail: <code>smtp://127.0.0.1:${smtp}</code></li>
<li>Control API: <code>${origin}/api</code></li>
</ul>
<p><a href="/">The channel, as Discord shows it</a></p>
<p>A user is a Discord ID or a username. <code>operator</code> always exists and may use Reeve.</p>
<h2>Control API</h2>
${rows.join('\n')}
</body>
</html>
`;
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
