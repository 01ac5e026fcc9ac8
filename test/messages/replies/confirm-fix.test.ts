import { describe, expect, it } from 'vitest';
import { confirmFixMessage } from '../../../src/messages/replies/confirm-fix.js';
import { ADA, issue } from '../fixtures.js';
import { brokenLimits, buttonsOf } from '../limits.js';

const TAKEN = { discordRoles: ['Lord'], expectedRoles: [], plan: { add: [], remove: ['Lord'] } };

function asked(over: Parameters<typeof issue>[0]) {
	const of = issue(over);
	const message = confirmFixMessage(of, { action: 'confirm', runId: 'run1', issueId: of.id, planHash: of.planHash }, { action: 'cancel' });
	expect(brokenLimits({ ...message, allowedMentions: { parse: [] } })).toEqual([]);
	return { embed: message.embeds[0], lines: message.embeds[0]?.description?.split('\n'), buttons: buttonsOf(message.components), of };
}

describe('confirmFixMessage', () => {
	it('shows what happens to whom, why, and that nothing has been changed', () => {
		const { embed, lines, buttons, of } = asked({ ...TAKEN, description: 'Has Lord and pays for nothing.' });
		expect(embed?.title).toBe('Remove Lord?');
		expect(lines).toEqual([
			`**<@${ADA}> (ada) loses Lord, and with it all access.**`,
			'Why: Has Lord and pays for nothing.',
			expect.stringMatching(/^-# Nothing has been changed yet\./)
		]);
		expect(buttons).toEqual([
			{ label: 'Remove Lord · ada', custom_id: `reeve:1:confirm:run1:issue1:${of.planHash}`, disabled: false },
			{ label: 'Cancel', custom_id: 'reeve:1:cancel', disabled: false }
		]);
	});

	it.each([
		[{ discordRoles: ['Lord'], plan: { add: ['Knight'], remove: ['Lord'] } }, 'moves down from Lord to Knight.'],
		[{ discordRoles: ['Knight', 'Lord'], plan: { add: [], remove: ['Lord'] } }, 'moves down from Lord to Knight.'],
		[{ discordRoles: ['Lord'], plan: { add: ['Debtor'], remove: ['Lord'] } }, 'loses Lord, and with it all access, and gets Debtor.']
	])('says what is left of access: %o', (over, text) => {
		expect(asked(over).lines?.[0]).toContain(text);
	});

	it('fits with the longest names of members and roles', () => {
		const long = '*'.repeat(5000);
		asked({ ...TAKEN, discordName: long, description: long, discordRoles: [long], plan: { add: [], remove: [long, `${long}x`] } });
	});
});
