import type { Check } from '../../reconciliation/health/doctor.js';
import type { WebhookTarget } from './webhook.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Doctor check: what is sent to the webhook cannot be read or changed on the way. Calls nothing: the receiver would take it for an alert. */
export function webhookCheck(target: WebhookTarget | null): Check {
	return {
		subject: 'Webhook',
		severityOnFailure: 'warning',
		run: async () => {
			if (target === null) return [{ verdict: 'ok', message: 'No webhook is called: WEBHOOK_URL is not set.' }];
			const { protocol, host, hostname } = new URL(target.url);
			if (protocol !== 'https:' && !LOOPBACK.test(hostname))
				return [
					{
						verdict: 'warning',
						message: `WEBHOOK_URL is not encrypted: others on the way to ${host} can read what Reeve sends. Use an address that begins with https://.`
					}
				];
			return [{ verdict: 'ok', message: `Reeve calls ${host} when something is wrong${target.secret === null ? ', unsigned' : ''}.` }];
		}
	};
}
