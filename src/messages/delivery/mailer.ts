import { createTransport } from 'nodemailer';
import type { Email } from '../report/email.js';

export interface MailSettings {
	/** smtp:// or smtps://, with user and password where the server wants them. */
	readonly url: string;
	readonly from: string;
	/** Addresses, separated by commas. */
	readonly to: string;
}

/** Redact secrets. */
export interface MailRedactors {
	readonly email: (text: string) => string;
	/** A mail server's error may quote the login. */
	readonly errors: (text: string) => string;
}

/** An unresponsive mail server must not delay other deliveries. */
const TIMEOUT_MS = 15_000;

/** Sends an email. @param key - idempotency key: the Message-ID derives from it, so a retry is the same email */
export type SendEmail = (email: Email, key: string) => Promise<void>;

/** Checks that the mail server accepts the connection and the login. @throws as from sending */
export async function verifyMailServer({ url }: MailSettings, inError: MailRedactors['errors']): Promise<void> {
	try {
		await transportOf(url).verify();
	} catch (error) {
		throw new Error(inError(mailFailureText(error, new URL(url).host)), { cause: error });
	}
}

/**
 * Mails by SMTP.
 * @throws (from sending) an error with an operator-readable message, without the password
 */
export function createMailer({ url, from, to }: MailSettings, { email, errors }: MailRedactors): SendEmail {
	const transport = transportOf(url);
	const domain = from.slice(from.lastIndexOf('@') + 1);
	return async ({ subject, text, html }, key) => {
		const messageId = `<${key.replace(/[^A-Za-z0-9.-]/g, '.')}.reeve@${domain}>`;
		try {
			await transport.sendMail({
				from: { name: 'Reeve', address: from },
				to,
				subject: email(subject),
				text: email(text),
				html: email(html),
				messageId
			});
		} catch (error) {
			throw new Error(errors(mailFailureText(error, new URL(url).host)), { cause: error });
		}
	};
}

function transportOf(url: string) {
	return createTransport(url, {
		connectionTimeout: TIMEOUT_MS,
		greetingTimeout: TIMEOUT_MS,
		socketTimeout: TIMEOUT_MS,
		disableFileAccess: true,
		disableUrlAccess: true
	} as object);
}

/** Why an email was not sent, and what an operator can do. */
function mailFailureText(error: unknown, server: string): string {
	const { code, response, message } = error as { code?: string; response?: string; message?: string };
	const said = response ?? message ?? String(error);
	switch (code) {
		case 'EAUTH':
			return `The mail server ${server} refused user or password: check SMTP_URL. It said: ${said}`;
		case 'EENVELOPE':
			return `The mail server ${server} refused an address: check ADMIN_EMAIL and MAIL_FROM. It said: ${said}`;
		case 'ECONNECTION':
		case 'ECONNREFUSED':
		case 'EDNS':
		case 'ESOCKET':
		case 'ETIMEDOUT':
		case 'ETLS':
			return `The mail server ${server} could not be reached: check SMTP_URL, and that the server runs. ${said}`;
		default:
			return `The mail server ${server} did not take the mail: ${said}`;
	}
}
