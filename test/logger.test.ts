import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MaskingLogger } from '../src/logger.js';

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
		const logger = new MaskingLogger('trace', [TOKEN, KEY]);
		const error = new Error(`refused ${TOKEN}`, { cause: new Error(`with ${KEY}`) });
		logger[level](`the token ${TOKEN}`, error, { deep: { headers: { authorization: `Bearer ${KEY}` } } });
		vi.restoreAllMocks();
		expect(said).toContain('the token ***');
		expect(said).not.toContain(TOKEN);
		expect(said).not.toContain(KEY);
	});

	test('leaves out what is below its level', () => {
		const logger = new MaskingLogger('warn', []);
		logger.info('hush');
		logger.warn('hear');
		vi.restoreAllMocks();
		expect(said).not.toContain('hush');
		expect(said).toContain('hear');
	});
});
