import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogEntry } from '../src/log-entry.js';
import { createLogger, JsonLogger, RedactingLogger } from '../src/logger.js';
import { createRedactingLogger } from '../src/plugin/redacting-logger.js';
import { createRedactor } from '../src/redaction/redactor.js';

const TOKEN = 'MTIz.planted.token';
const KEY = 'rk_live_planted';

let output: string;
beforeEach(() => {
	output = '';
	for (const stream of [process.stdout, process.stderr]) {
		vi.spyOn(stream, 'write').mockImplementation((chunk) => {
			output += String(chunk);
			return true;
		});
	}
});
afterEach(() => {
	vi.restoreAllMocks();
});

describe('RedactingLogger', () => {
	it.each(['trace', 'debug', 'info', 'warn', 'error'] as const)(
		'redacts secrets in texts, errors, causes and objects at level %s',
		(level) => {
			const logger = new RedactingLogger('trace', createRedactor([TOKEN, KEY]));
			const error = new Error(`refused ${TOKEN}`, { cause: new Error(`with ${KEY}`) });
			logger[level](`the token ${TOKEN}`, error, { deep: { headers: { authorization: `Bearer ${KEY}` } } });
			vi.restoreAllMocks();
			expect(output).toContain('the token (hidden)');
			expect(output).not.toContain(TOKEN);
			expect(output).not.toContain(KEY);
		}
	);

	it('redacts interaction tokens in the URLs that Discord errors quote', () => {
		const token = 'aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnBsYW50ZWQ';
		const url = (kind: string) => `https://discord.com/api/v10/${kind}/1100000000000000200/${token}/callback`;
		new RedactingLogger('trace', (text) => text).error(Object.assign(new Error('500'), { url: url('webhooks') }), url('interactions'));
		vi.restoreAllMocks();
		expect(output).toContain('/webhooks/1100000000000000200/(hidden)');
		expect(output).not.toContain(token);
	});

	it('escapes control characters, and prefixes every line of a message', () => {
		const name = 'ada\u001b[2K\r\u202Enimda\n2026-01-01 - ERROR - all is lost';
		new RedactingLogger('trace', (text) => text).info(`Linked ${name}`, new Error(name));
		vi.restoreAllMocks();
		expect(output).toContain('ada\\u001b[2K\\u000d\\u202enimda');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be in the output
		expect(output).not.toMatch(/[\u001b\r\u202E]/);
		for (const line of output.trimEnd().split('\n')) expect(line).toMatch(/INFO/);
	});

	it('drops messages below its level', () => {
		const logger = new RedactingLogger('warn', (text) => text);
		logger.info('dropped');
		logger.warn('written');
		vi.restoreAllMocks();
		expect(output).not.toContain('dropped');
		expect(output).toContain('written');
	});
});

describe('JsonLogger', () => {
	/** The lines as objects. */
	const lines = () => {
		vi.restoreAllMocks();
		return output
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line) as Record<string, unknown>);
	};

	it('writes one object per line, with time, level and message', () => {
		const logger = createLogger('json', 'trace', (text) => text);
		for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) logger[level](`at ${level}`, 7);
		const written = lines();
		expect(written.map(({ level, message }) => `${level}: ${message}`)).toEqual([
			'trace: at trace 7',
			'debug: at debug 7',
			'info: at info 7',
			'warn: at warn 7',
			'error: at error 7',
			'fatal: at fatal 7'
		]);
		for (const { time } of written) expect(new Date(String(time)).toISOString()).toBe(time);
	});

	it('writes the fields of an entry as members, also through the logger of the plugin', () => {
		const logger = createRedactingLogger(new JsonLogger('info', (text) => text), (text) => text);
		logger.info(new LogEntry('Run completed.', { runId: 'run1', held: 0, issuesByType: { ROLE_MISMATCH: 2 }, error: null }));
		expect(lines()).toEqual([
			{
				time: expect.any(String),
				level: 'info',
				message: 'Run completed.',
				runId: 'run1',
				held: 0,
				issuesByType: { ROLE_MISMATCH: 2 },
				error: null
			}
		]);
	});

	it('redacts secrets in the message, the fields, errors and their causes', () => {
		const logger = new JsonLogger('trace', createRedactor([TOKEN, KEY]));
		logger.error(`the token ${TOKEN}`, new Error('refused', { cause: new Error(`with ${KEY}`) }), { deep: { key: KEY } });
		logger.warn(new LogEntry('Fix not done.', { error: `quotes "${KEY}"`, granted: [TOKEN] }));
		const written = JSON.stringify(lines());
		expect(written).toContain('(hidden)');
		expect(written).not.toContain(TOKEN);
		expect(written).not.toContain(KEY);
	});

	it('escapes control characters and line breaks', () => {
		const name = 'ada\u001b[2K\r\u202Enimda\u2028\u0085\n{"level":"fatal"}';
		new JsonLogger('info', (text) => text).info(`Linked ${name}`, new Error(name), new LogEntry(name, { subject: name }));
		expect(lines()).toHaveLength(1);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be in the output
		expect(output.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
	});

	it('drops messages below its level', () => {
		const logger = new JsonLogger('warn', (text) => text);
		logger.info('dropped');
		logger.warn('written');
		expect(lines().map(({ message }) => message)).toEqual(['written']);
	});
});
