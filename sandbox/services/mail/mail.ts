import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Fault, Faults, RequestLog } from '../faults/traffic.js';
import { type Attachment, parseMail } from './mime.js';

export interface Mail {
	readonly id: string;
	readonly at: string;
	/** As the header says it, with the name. */
	readonly from: string;
	/** Who was to get it, hidden recipients included: addresses without names. */
	readonly to: string[];
	readonly subject: string;
	readonly text: string;
	readonly html: string;
	/** By name in lower case, decoded. */
	readonly headers: Record<string, string>;
	readonly raw: string;
	readonly attachments: Attachment[];
}

/** What faults are matched against; they are taken once for each mail, or for a connection that sends none. */
const WHAT = 'DATA /';
const REFUSED = 421;
const REJECTED = 550;

/** A mail server that delivers to nobody: it keeps what it gets. */
export class SandboxMail {
	private readonly log: RequestLog;
	private readonly faults: Faults;
	private readonly server: SMTPServer;
	private readonly sockets = new Map<number, Socket>();
	/** The faults of the mail that a connection sends next. */
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
			onData: (stream, session, done) => {
				this.receive(stream, session).then((refusal) => done(refusal), done);
			}
		});
		this.server.server.on('connection', (socket: Socket) => {
			const port = socket.remotePort ?? 0;
			this.sockets.set(port, socket);
			socket.once('close', () => this.sockets.delete(port));
		});
		// A client that goes away in the middle is no concern of the server's.
		this.server.on('error', () => {});
	}

	/** On the loopback interface; on any free port when none is given. */
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

	private async connect(session: SMTPServerSession, done: (error?: Error | null) => void): Promise<void> {
		const faults = this.faults.take('smtp', WHAT);
		await this.faults.held(faults);
		if (!faults.some((fault) => fault.kind === 'refuse')) {
			this.pending.set(session.id, faults);
			done();
			return;
		}
		const entry = this.log.add({ target: 'smtp', method: 'CONNECT', path: '/', query: {}, body: null });
		entry.status = REFUSED;
		entry.ms = 0;
		done(refusal(REFUSED, 'Service not available'));
	}

	/** Keeps the mail, or says why not. */
	private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
		const began = performance.now();
		const faults = this.pending.get(session.id) ?? this.faults.take('smtp', WHAT);
		this.pending.delete(session.id);
		const chunks: Buffer[] = [];
		for await (const chunk of stream) chunks.push(Buffer.from(chunk));
		const raw = Buffer.concat(chunks);
		const mail = this.read(raw, session);
		const { from, to, subject } = mail;
		const entry = this.log.add({ target: 'smtp', method: 'DATA', path: '/', query: {}, body: { from, to, subject } });
		for (const fault of faults) if (fault.kind === 'latency') await sleep(fault.ms ?? 0);
		entry.ms = Math.round(performance.now() - began);
		if (faults.some((fault) => fault.kind === 'drop')) {
			entry.status = 0;
			this.sockets.get(session.remotePort)?.destroy();
			return null;
		}
		const rejects = faults.find((fault) => fault.kind === 'reject' || fault.kind === 'refuse');
		if (rejects) {
			entry.status = rejects.status ?? (rejects.kind === 'refuse' ? REFUSED : REJECTED);
			return refusal(entry.status, 'Message rejected');
		}
		this.mails.push(mail);
		entry.status = 250;
		return null;
	}

	private read(raw: Buffer, session: SMTPServerSession): Mail {
		const { headers, text, html, attachments } = parseMail(raw);
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

function refusal(responseCode: number, message: string): Error {
	return Object.assign(new Error(message), { responseCode });
}
