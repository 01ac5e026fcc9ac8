import { createTransport } from 'nodemailer';
import type { Email } from '../report/email.js';

export interface MailSettings {
	/** smtp:// or smtps://, with user and password where the server wants them. */
	readonly url: string;
	readonly from: string;
	/** Addresses, separated by commas. */
	readonly to: string;
}

/** Take out of a text what must not be seen. */
export interface MailRedactors {
	readonly email: (text: string) => string;
	/** A mail server may quote in its answer what it was told. */
	readonly errors: (text: string) => string;
}

/** A mail server that does not answer must not hold up what comes after. */
const TIMEOUT_MS = 15_000;

/** Sends a letter. @param key - tells one letter from another: sent twice, it is the same */
export type SendEmail = (letter: Email, key: string) => Promise<void>;

/** Whether the mail server takes the connection, and the user and password. @throws as from sending */
export async function verifyMailServer({ url }: MailSettings, inError: MailRedactors['errors']): Promise<void> {
	try {
		await transportOf(url).verify();
	} catch (error) {
		throw new Error(inError(mailFailureText(error, new URL(url).host)), { cause: error });
	}
}

/**
 * Mails by SMTP.
 * @throws (from sending) an error whose message is in the operator's words, without the password
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

/** What an operator does about a mail that was not taken. */
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
