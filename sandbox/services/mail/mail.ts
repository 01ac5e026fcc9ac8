import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Fault, Faults } from '../core/faults.js';
import type { RequestLog } from '../core/request-log.js';
import { type ParsedMail, parseMail } from './parse.js';

export interface Mail extends ParsedMail {
	readonly id: string;
	readonly at: string;
	/** The header's value, display name included. */
	readonly from: string;
	/** Addresses of all recipients, Bcc included. */
	readonly to: string[];
	readonly subject: string;
	readonly raw: string;
}

/** What faults are matched against. Faults are taken once per mail, or per connection that sends none. */
const REQUEST = 'DATA /';
const REFUSED = 421;
const REJECTED = 550;

/** An SMTP server that stores mails instead of delivering them. */
export class SandboxMail {
	private readonly log: RequestLog;
	private readonly faults: Faults;
	private readonly server: SMTPServer;
	private readonly sockets = new Map<number, Socket>();
	/** Faults taken at connect for the connection's next mail, by session ID. */
	private readonly pending = new Map<string, readonly Fault[]>();
	private mails: Mail[] = [];
	private next = 1;

	public constructor({ log, faults }: { log: RequestLog; faults: Faults }) {
		this.log = log;
		this.faults = faults;
		this.server = new SMTPServer({
			authOptional: true,
			allowInsecureAuth: true,
			disabledCommands: ['STARTTLS'],
			disableReverseLookup: true,
			closeTimeout: 100,
			onAuth: (_, __, done) => done(null, { user: 'anyone' }),
			onConnect: (session, done) => void this.connect(session, done),
			onClose: (session) => this.pending.delete(session.id),
			onRcptTo: ({ address }, _, done) => done(this.isRefused(address) ? smtpError(REJECTED, 'No such user here') : null),
			onData: (stream, session, done) => {
				this.receive(stream, session).then((refusal) => done(refusal), done);
			}
		});
		this.server.server.on('connection', (socket: Socket) => {
			const port = socket.remotePort ?? 0;
			this.sockets.set(port, socket);
			socket.once('close', () => this.sockets.delete(port));
		});
		// Clients that disconnect mid-session surface here.
		this.server.on('error', () => {});
	}

	/** Listens on the loopback interface. @param port - 0 for any free port @returns the port */
	public async listen(port = 0): Promise<number> {
		await new Promise<void>((resolve, reject) => {
			this.server.server.once('error', reject);
			this.server.listen(port, '127.0.0.1', () => {
				this.server.server.off('error', reject);
				resolve();
			});
		});
		return (this.server.server.address() as AddressInfo).port;
	}

	public inbox(): readonly Mail[] {
		return this.mails;
	}

	public clear(): void {
		this.mails = [];
	}

	public async close(): Promise<void> {
		await new Promise<void>((resolve) => this.server.close(() => resolve()));
	}

	private isRefused(address: string): boolean {
		const faults = this.faults.list().filter(({ target, kind }) => target === 'smtp' && kind === 'refuse-recipient');
		return faults.some(({ match = '' }) => address.includes(match));
	}

	private async connect(session: SMTPServerSession, done: (error?: Error | null) => void): Promise<void> {
		const faults = this.faults.take('smtp', REQUEST);
		await this.faults.waitForHolds(faults);
		if (!faults.some((fault) => fault.kind === 'refuse')) {
			this.pending.set(session.id, faults);
			done();
			return;
		}
		const entry = this.log.add({ target: 'smtp', method: 'CONNECT', path: '/', query: {}, body: null });
		entry.status = REFUSED;
		entry.ms = 0;
		done(smtpError(REFUSED, 'Service not available'));
	}

	/** @returns null when the mail was stored, else the SMTP error */
	private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
		const startedAt = performance.now();
		const faults = this.pending.get(session.id) ?? this.faults.take('smtp', REQUEST);
		this.pending.delete(session.id);
		const chunks: Buffer[] = [];
		for await (const chunk of stream) chunks.push(Buffer.from(chunk));
		const mail = await this.read(Buffer.concat(chunks), session);
		const { from, to, subject } = mail;
		const entry = this.log.add({ target: 'smtp', method: 'DATA', path: '/', query: {}, body: { from, to, subject } });
		for (const fault of faults) if (fault.kind === 'latency') await sleep(fault.ms ?? 0);
		entry.ms = Math.round(performance.now() - startedAt);
		if (faults.some((fault) => fault.kind === 'drop')) {
			entry.status = 0;
			this.sockets.get(session.remotePort)?.destroy();
			return null;
		}
		const rejection = faults.find((fault) => fault.kind === 'reject' || fault.kind === 'refuse');
		if (rejection) {
			entry.status = rejection.status ?? (rejection.kind === 'refuse' ? REFUSED : REJECTED);
			return smtpError(entry.status, 'Message rejected');
		}
		this.mails.push(mail);
		entry.status = 250;
		return null;
	}

	private async read(raw: Buffer, session: SMTPServerSession): Promise<Mail> {
		const { headers, text, html, attachments } = await parseMail(raw);
		const { mailFrom, rcptTo } = session.envelope;
		return {
			id: `mail_${this.next++}`,
			at: new Date().toISOString(),
			from: headers.from ?? (mailFrom ? mailFrom.address : ''),
			to: rcptTo.map((recipient) => recipient.address),
			subject: headers.subject ?? '',
			text,
			html,
			headers,
			raw: raw.toString('utf8'),
			attachments
		};
	}
}

function smtpError(responseCode: number, message: string): Error {
	return Object.assign(new Error(message), { responseCode });
}
