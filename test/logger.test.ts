import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RedactingLogger } from '../src/logger.js';
import { createRedactor } from '../src/redaction/redactor.js';

const TOKEN = 'MTIz.planted.token';
const KEY = 'rk_live_planted';

describe('the log', () => {
	let said: string;
	beforeEach(() => {
		said = '';
		for (const stream of [process.stdout, process.stderr]) {
			vi.spyOn(stream, 'write').mockImplementation((chunk) => {
				said += String(chunk);
				return true;
			});
		}
	});
	afterEach(() => {
		vi.restoreAllMocks();
	});

	test.each(['trace', 'debug', 'info', 'warn', 'error'] as const)('shows no secret at the level %s, wherever it hides', (level) => {
		const logger = new RedactingLogger('trace', createRedactor([TOKEN, KEY]));
		const error = new Error(`refused ${TOKEN}`, { cause: new Error(`with ${KEY}`) });
		logger[level](`the token ${TOKEN}`, error, { deep: { headers: { authorization: `Bearer ${KEY}` } } });
		vi.restoreAllMocks();
		expect(said).toContain('the token (hidden)');
		expect(said).not.toContain(TOKEN);
		expect(said).not.toContain(KEY);
	});

	test('shows no token of an interaction, which errors of Discord’s quote with its address', () => {
		const token = 'aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnBsYW50ZWQ';
		const url = (kind: string) => `https://discord.com/api/v10/${kind}/1100000000000000200/${token}/callback`;
		new RedactingLogger('trace', (text) => text).error(Object.assign(new Error('500'), { url: url('webhooks') }), url('interactions'));
		vi.restoreAllMocks();
		expect(said).toContain('/webhooks/1100000000000000200/(hidden)');
		expect(said).not.toContain(token);
	});

	test('is not rewritten by a name that steers a terminal, and every line of a text has the moment before it', () => {
		const name = 'ada\u001b[2K\r\u202Enimda\n2026-01-01 - ERROR - all is lost';
		new RedactingLogger('trace', (text) => text).info(`Linked ${name}`, new Error(name));
		vi.restoreAllMocks();
		expect(said).toContain('ada\\u001b[2K\\u000d\\u202enimda');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
		expect(said).not.toMatch(/[\u001b\r\u202E]/);
		for (const line of said.trimEnd().split('\n')) expect(line).toMatch(/INFO/);
	});

	test('leaves out what is below its level', () => {
		const logger = new RedactingLogger('warn', (text) => text);
		logger.info('hush');
		logger.warn('hear');
		vi.restoreAllMocks();
		expect(said).not.toContain('hush');
		expect(said).toContain('hear');
	});
});
