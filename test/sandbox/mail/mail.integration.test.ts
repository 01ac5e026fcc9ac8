import { createTransport } from 'nodemailer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Faults } from '../../../sandbox/services/core/faults.js';
import { RequestLog } from '../../../sandbox/services/core/request-log.js';
import { SandboxMail } from '../../../sandbox/services/mail/mail.js';

async function start() {
	const log = new RequestLog();
	const faults = new Faults();
	const server = new SandboxMail({ log, faults });
	const port = await server.listen();
	const transport = createTransport(`smtp://127.0.0.1:${port}`);
	onTestFinished(async () => {
		transport.close();
		await server.close();
	});
	const send = (message: object) =>
		transport.sendMail({ from: { name: 'Reeve', address: 'reeve@example.com' }, to: 'admin@example.com', subject: 'Drift', ...message });
	return { log, faults, server, send };
}

describe('inbox', () => {
	it('parses text, HTML, attachments and encoded headers', async () => {
		const { server, send, log } = await start();
		const text =
			'Grüße, 250 members ✓\nA line that is long enough to be folded by quoted-printable, which ends it with an equals sign. = is one too.\n';
		const html = '<p>Grüße &amp; <b>✓</b></p>';
		await send({
			to: ['admin@example.com', { name: 'Zoë', address: 'zoe@example.com' }],
			bcc: 'hidden@example.com',
			subject: 'Reeve: 3 issues – Überprüfung nötig, und ein langer Betreff, der umgebrochen wird 🏰🏰🏰',
			text,
			html,
			attachments: [
				{ filename: 'picture.png', content: Buffer.from([137, 80, 78, 71, 13, 10]) },
				{ filename: 'Übersicht der sehr vielen Mitglieder, die heute nicht gezahlt haben – Blatt 1.csv', content: 'a;b\n' }
			]
		});
		const [mail, ...others] = server.inbox();
		expect(others).toEqual([]);
		expect(mail).toMatchObject({
			from: 'Reeve <reeve@example.com>',
			to: ['admin@example.com', 'zoe@example.com', 'hidden@example.com'],
			subject: 'Reeve: 3 issues – Überprüfung nötig, und ein langer Betreff, der umgebrochen wird 🏰🏰🏰',
			text,
			html,
			attachments: [
				{ name: 'picture.png', type: 'image/png', size: 6 },
				{ name: 'Übersicht der sehr vielen Mitglieder, die heute nicht gezahlt haben – Blatt 1.csv', type: 'text/csv', size: 4 }
			]
		});
		expect(mail?.headers.to).toBe('admin@example.com, Zoë <zoe@example.com>');
		expect(mail?.raw).toContain('Content-Type: multipart/mixed');
		expect(log.list()).toMatchObject([
			{ target: 'smtp', method: 'DATA', path: '/', status: 250, body: { from: 'Reeve <reeve@example.com>', subject: mail?.subject } }
		]);
		server.clear();
		expect(server.inbox()).toEqual([]);
	});

	it('parses mails with text only or HTML only', async () => {
		const { server, send } = await start();
		await send({ text: 'only text' });
		await send({ html: '<p>only HTML</p>' });
		expect(server.inbox().map(({ text, html }) => [text.trim(), html.trim()])).toEqual([
			['only text', ''],
			['', '<p>only HTML</p>']
		]);
		expect(new Set(server.inbox().map((mail) => mail.id)).size).toBe(2);
	});

	it('keeps injected headers and recipients in subject, name and body as text', async () => {
		const { server, send } = await start();
		await send({
			from: { name: 'Eve" <eve@evil.example>\r\nBcc: victim@example.com', address: 'reeve@example.com' },
			subject: 'Hello\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>',
			text: 'Bcc: victim@example.com\n\n--boundary\nContent-Type: text/html\n\n<b>no</b>\n.\nQUIT\n',
			headers: { 'X-Member': 'x\r\nX-Injected: yes' }
		});
		const [mail] = server.inbox();
		expect(mail?.to).toEqual(['admin@example.com']);
		expect(mail?.headers).not.toHaveProperty('bcc');
		expect(mail?.headers).not.toHaveProperty('x-injected');
		expect(mail?.subject).toContain('Bcc: victim@example.com');
		expect(mail?.text).toContain('<b>no</b>\n.\nQUIT');
		expect(mail?.html).toBe('');
		expect(server.inbox()).toHaveLength(1);
	});
});

describe('SMTP faults', () => {
	it('stores only accepted mails under refuse, reject, drop and latency', async () => {
		const { server, send, faults, log } = await start();
		faults.add({ target: 'smtp', kind: 'refuse', times: 1 });
		await expect(send({})).rejects.toMatchObject({ responseCode: 421 });
		faults.add({ target: 'smtp', kind: 'reject', times: 1 });
		await expect(send({})).rejects.toMatchObject({ responseCode: 550 });
		faults.add({ target: 'smtp', kind: 'drop', times: 1 });
		await expect(send({})).rejects.toThrow();
		faults.add({ target: 'smtp', kind: 'latency', ms: 5, times: 1 });
		await send({ subject: 'at last' });
		expect(server.inbox().map((mail) => mail.subject)).toEqual(['at last']);
		expect(log.list().map(({ method, status }) => `${method} ${status}`)).toEqual(['CONNECT 421', 'DATA 550', 'DATA 0', 'DATA 250']);
	});
});
