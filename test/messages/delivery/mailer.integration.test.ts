import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailer } from '../../../src/messages/delivery/mailer.js';
import { PartialDeliveryError } from '../../../src/reconciliation/outbox/outbox.js';

const EMAIL = { subject: 'News', text: 'Text.', html: '<p>Text.</p>' };
const identity = (text: string) => text;

let server: SMTPServer;
/** The recipients of each mail, as the server stored them. */
let received: string[][];
let refuses: (address: string) => boolean;

beforeEach(async () => {
	received = [];
	refuses = () => false;
	server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		disableReverseLookup: true,
		onRcptTo: ({ address }, _, done) => done(refuses(address) ? Object.assign(new Error('No such user'), { responseCode: 550 }) : null),
		onData: (stream, { envelope }, done) => {
			stream.resume().on('end', () => {
				received.push(envelope.rcptTo.map(({ address }) => address));
				done();
			});
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

const mailer = (to: string, from = 'reeve@example.com') => {
	const { port } = server.server.address() as AddressInfo;
	return createMailer({ url: `smtp://127.0.0.1:${port}`, from, to }, { email: identity, errors: identity });
};

describe('createMailer', () => {
	it('sends one mail to all recipients, or to those that have not got it', async () => {
		const send = mailer('ada@example.com,bob@example.com');
		await send(EMAIL, 'run:1', null);
		await send(EMAIL, 'run:1', ['bob@example.com']);
		expect(received).toEqual([['ada@example.com', 'bob@example.com'], ['bob@example.com']]);
	});

	it('sends nothing to an address that is no longer in the settings', async () => {
		await mailer('ada@example.com')(EMAIL, 'run:1', ['bob@example.com']);
		expect(received).toEqual([]);
	});

	it('names each recipient whom the server refused, with its reason, and has reached the others', async () => {
		refuses = (address) => address.startsWith('bob@');
		const failure = await mailer('ada@example.com,bob@müller.example')(EMAIL, 'run:1', null).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(PartialDeliveryError);
		expect(failure).toMatchObject({
			recipients: ['bob@müller.example'],
			message: expect.stringContaining('refused bob@müller.example (it said: 550 No such user). The others have got the mail')
		});
		expect(received).toEqual([['ada@example.com']]);
	});

	it('fails as a whole when the server refused everyone', async () => {
		refuses = () => true;
		const failure = await mailer('ada@example.com')(EMAIL, 'run:1', null).catch((error: unknown) => error);
		expect(failure).not.toBeInstanceOf(PartialDeliveryError);
		expect(failure).toMatchObject({ message: expect.stringContaining('refused an address: check ADMIN_EMAIL') });
	});

	it('sends to and from addresses with letters beyond ASCII', async () => {
		await mailer('jürgen@müller.example,ada@müller.example', 'prüfer@müller.example')(EMAIL, 'run:1', null);
		expect(received).toHaveLength(1);
		expect(received[0]?.[0]).toMatch(/^jürgen@/);
	});
});
