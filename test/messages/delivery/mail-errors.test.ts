import { describe, expect, it } from 'vitest';
import { mailFailureText } from '../../../src/messages/delivery/mail-errors.js';

const PLAIN = 'smtp://mail.example:587';

/** An error as nodemailer reports it. */
const failed = (code: string, over: { originalCode?: string; message?: string; response?: string } = {}) =>
	Object.assign(new Error(over.message ?? 'something'), { code, ...over });

describe('mailFailureText', () => {
	it.each<[string, string, Error, string]>([
		[
			'smtps:// on a port without TLS',
			'smtps://mail.example:587',
			failed('ESOCKET', { originalCode: 'ERR_SSL_WRONG_VERSION_NUMBER' }),
			'does not begin with TLS, as smtps:// in SMTP_URL demands. Write smtp:// for this port'
		],
		[
			'smtp:// on port 465',
			'smtp://mail.example:465',
			failed('ETIMEDOUT', { message: 'Greeting never received' }),
			'port 465 needs smtps:// in SMTP_URL instead of smtp://'
		],
		[
			'a port of another service',
			PLAIN,
			failed('EPROTOCOL', { message: 'Invalid greeting. response=HTTP/1.1 400' }),
			'gave no greeting of a mail server: check the port in SMTP_URL'
		],
		[
			'a port that a firewall drops',
			'smtp://mail.example:25',
			failed('ETIMEDOUT', { message: 'Connection timeout' }),
			'does not answer: check name and port in SMTP_URL. Many hosting providers block port 25'
		],
		['a port where nothing listens', PLAIN, failed('ESOCKET', { originalCode: 'ECONNREFUSED' }), 'nothing accepts connections there'],
		[
			'a name that does not exist',
			PLAIN,
			failed('EDNS', { originalCode: 'ENOTFOUND' }),
			'does not exist, or its name cannot be looked up now (ENOTFOUND)'
		],
		['an expired certificate', PLAIN, failed('ESOCKET', { originalCode: 'CERT_HAS_EXPIRED' }), 'has a certificate that has expired'],
		['a certificate of the future', PLAIN, failed('ESOCKET', { originalCode: 'CERT_NOT_YET_VALID' }), "check this machine's clock"],
		[
			'a certificate for another name',
			PLAIN,
			failed('ESOCKET', { originalCode: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
			'has a certificate for another name'
		],
		[
			'a certificate of an unknown issuer',
			PLAIN,
			failed('ESOCKET', { originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
			'NODE_EXTRA_CA_CERTS'
		],
		[
			'a wrong password',
			PLAIN,
			failed('EAUTH', { response: '535 Authentication failed' }),
			'refused user or password: check SMTP_URL. It said: 535 Authentication failed'
		],
		[
			'a refused address',
			PLAIN,
			failed('EENVELOPE', { response: '550 No such user' }),
			'check ADMIN_EMAIL and MAIL_FROM. It said: 550 No such user'
		],
		['a server that takes too long', PLAIN, failed('EABORT'), 'did not take the mail in time'],
		[
			'anything else with the words of the server',
			PLAIN,
			failed('EMESSAGE', { response: '552 Too big' }),
			'did not take the mail: 552 Too big'
		]
	])('explains %s', (_, url, error, words) => {
		const text = mailFailureText(error, new URL(url));
		expect(text).toMatch(/^The mail server mail\.example(:\d+)? /);
		expect(text).toContain(words);
		expect(text).not.toMatch(/SSL routines|openssl/i);
	});

	it('mentions SMTPUTF8 only where an address needs it', () => {
		const error = failed('EENVELOPE', { response: '553 Bad address' });
		expect(mailFailureText(error, new URL(PLAIN), ['ada@example.com', 'jürgen@example.com'])).toContain(
			'the @ of jürgen@example.com (SMTPUTF8)'
		);
		expect(mailFailureText(error, new URL(PLAIN), ['ada@müller.example'])).not.toContain('SMTPUTF8');
	});
});
