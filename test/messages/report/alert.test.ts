import { describe, expect, it } from 'vitest';
import { alertEmbed } from '../../../src/messages/report/alert.js';
import type { AlertedProblem } from '../../../src/reconciliation/domain/alert.js';

const AT = new Date('2026-11-28T12:00:00Z');
const DELETED: AlertedProblem = {
	blocks: 'runs',
	message: 'The role for Lord (ID 1) no longer exists. Set DISCORD_LORD_ROLE to the ID of another role.',
	part: { kind: 'role', roleId: '1' },
	change: { by: '300000000000000001', at: AT },
	resolvedAt: null
};
const NO_CHANNEL: AlertedProblem = {
	blocks: 'reports',
	message: 'In #a_*b*, Reeve lacks Send Messages, so it cannot post reports and files. Edit Channel → Permissions.',
	part: { kind: 'channel-access', channelId: '2' },
	change: null,
	resolvedAt: null
};

describe('alertEmbed', () => {
	it('says what happened, who did it, what to do, and what it means until then, the worst first', () => {
		const { title, description } = alertEmbed({ at: AT, problems: [NO_CHANNEL, DELETED] });
		expect(title).toBe("Reeve can't check roles any more");
		expect(description?.split('\n\n')).toEqual([
			'✗ The role for Lord (ID 1) no longer exists. Set DISCORD_LORD_ROLE to the ID of another role.\nDeleted by <@300000000000000001>, <t:1795867200:R>.',
			'✗ In #a\\_\\*b\\*, Reeve lacks Send Messages, so it cannot post reports and files. Edit Channel → Permissions.',
			'Until this is fixed every run fails, and no roles are changed.'
		]);
	});

	it('names what is left while one of two is over', () => {
		const { title, description } = alertEmbed({ at: AT, problems: [{ ...DELETED, resolvedAt: AT }, NO_CHANNEL] });
		expect(title).toBe("Reeve can't post its reports any more");
		expect(description).toContain('✓ Over since <t:1795867200:f>: The role for Lord (ID 1) no longer exists\n');
	});

	it('says that Reeve works again once all is over, without what there was to do', () => {
		const { title, description } = alertEmbed({ at: AT, problems: [{ ...DELETED, resolvedAt: AT }] });
		expect(title).toBe('Reeve can check roles again');
		expect(description).not.toContain('DISCORD_LORD_ROLE');
	});
});
