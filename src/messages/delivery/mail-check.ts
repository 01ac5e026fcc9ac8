import type { Check } from '../../reconciliation/health/doctor.js';
import { type MailRedactors, type MailSettings, verifyMailServer } from './mailer.js';

/** Doctor check: the mail server accepts the connection and the login, if mail is configured. */
export function mailCheck(settings: MailSettings | null, inError: MailRedactors['errors']): Check {
	return {
		subject: 'Mail',
		severityOnFailure: 'error',
		run: async () => {
			if (settings === null) return [{ verdict: 'ok', message: 'No mail is sent: SMTP_URL and ADMIN_EMAIL are not both set.' }];
			await verifyMailServer(settings, inError);
			return [{ verdict: 'ok', message: `The mail server takes mails from Reeve, for ${settings.to}.` }];
		}
	};
}
