import { domainToASCII } from 'node:url';
import { PartialDeliveryError } from '../../reconciliation/outbox/outbox.js';
import type { Email } from '../report/email.js';
import { mailFailureText } from './mail-errors.js';

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

/** Per step of the protocol. An unresponsive mail server must not delay other deliveries. */
const TIMEOUT_MS = 15_000;

/** Of a whole email. Shorter than the time after which another process delivers it. */
const DEADLINE_MS = 45_000;

/**
 * Sends an email.
 * @param key - idempotency key: the Message-ID derives from it, so a retry is the same email
 * @param recipients - those that have not got it yet; null for all. Addresses that are no longer in the settings are left out
 * @throws {PartialDeliveryError} if the server refused some of the recipients
 */
export type SendEmail = (email: Email, key: string, recipients: readonly string[] | null) => Promise<void>;

/** Checks that the mail server accepts the connection and the login. @throws as from sending */
export async function verifyMailServer({ url }: MailSettings, inError: MailRedactors['errors']): Promise<void> {
	try {
		await (await transportOf(url)).verify();
	} catch (error) {
		throw new Error(inError(mailFailureText(error, new URL(url))), { cause: error });
	}
}

/**
 * Mails by SMTP.
 * @throws (from sending) an error with an operator-readable message, without the password
 */
export function createMailer({ url, from, to }: MailSettings, { email, errors }: MailRedactors): SendEmail {
	let transport: ReturnType<typeof transportOf> | undefined;
	const domain = from.slice(from.lastIndexOf('@') + 1);
	const messageIdDomain = domainToASCII(domain) || domain;
	const all = to.split(',');
	return async ({ subject, text, html }, key, recipients) => {
		const wanted = recipients === null ? all : all.filter((address) => recipients.includes(address));
		if (wanted.length === 0) return;
		const messageId = `<${key.replace(/[^A-Za-z0-9.-]/g, '.')}.reeve@${messageIdDomain}>`;
		const mail = {
			from: { name: 'Reeve', address: from },
			to: all,
			envelope: { from, to: wanted },
			subject: email(subject),
			text: email(text),
			html: email(html),
			messageId,
			// Not in the type definitions.
			signal: AbortSignal.timeout(DEADLINE_MS)
		};
		transport ??= transportOf(url);
		const sent = await (await transport).sendMail(mail).catch((error: unknown) => {
			throw new Error(errors(mailFailureText(error, new URL(url), [from, ...wanted])), { cause: error });
		});
		const refused = refusedOf(sent as Sent, wanted);
		if (refused.length > 0)
			throw new PartialDeliveryError(
				errors(refusalText(refused, new URL(url))),
				refused.map(({ address }) => address)
			);
	};
}

/** nodemailer resolves as soon as one recipient was accepted. */
interface Sent {
	readonly rejected?: readonly string[];
	readonly rejectedErrors?: readonly { readonly recipient?: string; readonly response?: string }[];
}

interface Refused {
	readonly address: string;
	/** The server's reason. */
	readonly said: string;
}

function refusedOf({ rejected = [], rejectedErrors = [] }: Sent, wanted: readonly string[]): readonly Refused[] {
	const ids = new Set(rejected.map(idOf));
	return wanted
		.filter((address) => ids.has(idOf(address)))
		.map((address) => {
			const error = rejectedErrors.find(({ recipient = '' }) => idOf(recipient) === idOf(address));
			return { address, said: error?.response ?? 'no reason' };
		});
}

/** nodemailer reports a domain in its ASCII form. */
function idOf(address: string): string {
	const at = address.lastIndexOf('@');
	return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}`;
}

function refusalText(refused: readonly Refused[], { host }: URL): string {
	const each = refused.map(({ address, said }) => `${address} (it said: ${said})`).join(', ');
	return `The mail server ${host} refused ${each}. The others have got the mail; check ADMIN_EMAIL.`;
}

async function transportOf(url: string) {
	// Not at the start, which it would delay: a bot seldom sends mail.
	const { createTransport } = await import('nodemailer');
	return createTransport(url, {
		connectionTimeout: TIMEOUT_MS,
		greetingTimeout: TIMEOUT_MS,
		socketTimeout: TIMEOUT_MS,
		disableFileAccess: true,
		disableUrlAccess: true
	} as object);
}
