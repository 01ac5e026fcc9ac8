import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedactingLogger } from '../src/logger.js';
import { createRedactor } from '../src/redaction/redactor.js';

const TOKEN = 'MTIz.planted.token';
const KEY = 'rk_live_planted';

describe('RedactingLogger', () => {
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
