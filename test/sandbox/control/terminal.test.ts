import { type APIMessage, ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { renderMessages } from '../../../sandbox/control/terminal.js';

const NAMES = {
	users: new Map([['1001', 'ada']]),
	roles: new Map([['2001', 'Lord']]),
	channels: new Map([['3001', 'admin']])
};

function message(parts: Partial<APIMessage>): APIMessage {
	const author = { id: '1', username: 'Reeve', discriminator: '0', global_name: null, avatar: null, bot: true };
	return { id: '9', author, content: '', embeds: [], attachments: [], components: [], ...parts } as APIMessage;
}

const render = (parts: Partial<APIMessage>) => renderMessages([message(parts)], NAMES);

describe('renderMessages', () => {
	it('renders author, embed and buttons', () => {
		const text = render({
			content: 'Good morning',
			embeds: [
				{
					title: '1 issue',
					description: '<@1001> **pays**\nand has no role.',
					fields: [
						{ name: 'Plan', value: '+<@&2001>' },
						{ name: 'Severity', value: 'High' },
						{ name: 'Noted', value: 'two\nlines' }
					],
					footer: { text: 'Run 7' }
				}
			],
			components: [
				{
					type: ComponentType.ActionRow,
					components: [
						{ type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Apply fix 1', custom_id: 'fix' },
						{ type: ComponentType.Button, style: ButtonStyle.Secondary, label: 'Previous', custom_id: 'back', disabled: true },
						{ type: ComponentType.Button, style: ButtonStyle.Link, label: 'Stripe', url: 'https://example.com' }
					]
				}
			]
		});
		expect(text.split('\n')).toEqual([
			'Reeve (bot)',
			'Good morning',
			'',
			'  ┃ 1 issue',
			'  ┃',
			'  ┃ @ada pays',
			'  ┃ and has no role.',
			'  ┃',
			'  ┃ Plan: +@Lord',
			'  ┃ Severity: High',
			'  ┃',
			'  ┃ Noted',
			'  ┃   two',
			'  ┃   lines',
			'  ┃',
			'  ┃ Run 7',
			'  [ Apply fix 1 ] ( Previous ) [ Stripe → https://example.com ]'
		]);
	});

	it('resolves mentions, channels, timestamps and links', () => {
		expect(render({ content: '<@1001> <@!1001> <@77> <@&2001> <#3001> <t:0:R> [here](https://example.com/x)' })).toContain(
			'@ada @ada @77 @Lord #admin 1970-01-01 00:00 UTC here (https://example.com/x)'
		);
	});

	it('keeps escaped Markdown as literal characters', () => {
		expect(render({ content: 'snake\\_case \\*not bold\\*' })).toContain('snake_case *not bold*');
	});

	it('keeps Markdown characters in names', () => {
		const names = { ...NAMES, users: new Map([['1001', 'dark__knight_**']]) };
		expect(renderMessages([message({ content: '**<@1001>** \\<@1001>' })], names)).toContain('@dark__knight_** <@1001>');
	});

	it('strips control characters from names', () => {
		const text = render({ content: 'a\u001b[31mred\u0007\u202e' });
		expect(text).toContain('a[31mred');
		// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
		expect(text).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
	});

	it('wraps long lines between words', () => {
		const lines = render({ embeds: [{ description: 'word '.repeat(60) }] }).split('\n');
		expect(lines.length).toBeGreaterThan(3);
		for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
	});
});
