/** Why an email was not sent, in the operator's words, and what to do about it. */

/** An error of nodemailer: `originalCode` is that of the system or of TLS, where `code` is nodemailer's own. */
interface MailError {
	readonly code?: string;
	readonly originalCode?: string;
	readonly response?: string;
	readonly message?: string;
}

const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;
const WRONG_TLS = /WRONG_VERSION_NUMBER|EPROTO|HTTP_REQUEST/;
const NON_ASCII_LOCAL_PART = /[^\p{ASCII}][^@]*@/u;

/** @param url - of the mail server @param addresses - sender and recipients */
export function mailFailureText(error: unknown, url: URL, addresses: readonly string[] = []): string {
	const { code = '', originalCode = '', response, message } = error as MailError;
	const server = `The mail server ${url.host}`;
	const said = response ?? message ?? String(error);
	if (CERTIFICATE_CODE.test(originalCode)) return `${server} ${certificateProblem(originalCode)} (${originalCode})`;
	if (WRONG_TLS.test(originalCode))
		return `${server} does not begin with TLS, as smtps:// in SMTP_URL demands. Write smtp:// for this port (587 or 25; the connection is encrypted all the same if the server can), or keep smtps:// and use port 465.`;
	switch (code) {
		case 'EAUTH':
			return `${server} refused user or password: check SMTP_URL. It said: ${said}`;
		case 'EENVELOPE':
			return `${server} refused an address: check ADMIN_EMAIL and MAIL_FROM.${localPartAdvice(addresses)} It said: ${said}`;
		case 'EABORT':
			return `${server} did not take the mail in time: check that it is up.`;
		case 'ETIMEDOUT':
		case 'EPROTOCOL':
			return `${server} ${noGreeting(url, said)}`;
		case 'EDNS':
			return `${server} does not exist, or its name cannot be looked up now (${originalCode || said}): check SMTP_URL.`;
		case 'ECONNECTION':
		case 'ESOCKET':
		case 'ETLS':
			return originalCode === 'ECONNREFUSED'
				? `${server} could not be reached: nothing accepts connections there. Check name and port in SMTP_URL, and that the server runs.`
				: `${server} could not be reached: check SMTP_URL, and that the server runs. ${said}`;
		default:
			return `${server} did not take the mail: ${said}`;
	}
}

function certificateProblem(code: string): string {
	if (code === 'CERT_HAS_EXPIRED')
		return "has a certificate that has expired. It has to be renewed there; if it is new, check this machine's clock.";
	if (code === 'CERT_NOT_YET_VALID') return "has a certificate that is not valid yet: check this machine's clock.";
	if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
		return 'has a certificate for another name: write the name that your mail provider gives for the server into SMTP_URL, not an alias or an IP address.';
	return 'has a certificate that no authority known to this machine has signed. Use the server name that your mail provider gives, or set NODE_EXTRA_CA_CERTS to the file with the certificate of your own authority.';
}

function noGreeting({ protocol, port }: URL, said: string): string {
	if (/^Connection timeout/.test(said))
		return `does not answer: check name and port in SMTP_URL. Many hosting providers block port 25; use 587 (smtp://) or 465 (smtps://).`;
	if (protocol === 'smtp:' && port === '465') return 'sent no greeting: port 465 needs smtps:// in SMTP_URL instead of smtp://.';
	return `gave no greeting of a mail server: check the port in SMTP_URL (587 or 25 with smtp://, 465 with smtps://). ${said}`;
}

function localPartAdvice(addresses: readonly string[]): string {
	const address = addresses.find((each) => NON_ASCII_LOCAL_PART.test(each));
	return address === undefined ? '' : ` It may not support letters such as those in front of the @ of ${address} (SMTPUTF8).`;
}
