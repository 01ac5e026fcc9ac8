import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseSettings, settingNames } from '../../src/config/env.js';

const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
/** `NAME=value` lines, commented out or not. A name has only capitals, so prose does not match. */
const lines = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => ({ name, value }));

/** Read by compose.yaml, not by Reeve. */
const OF_COMPOSE = ['POSTGRES_PASSWORD'];

test('.env.example lists every setting once, and nothing else', () => {
	expect(lines.map(({ name }) => name).sort()).toEqual([...settingNames(['Knight', 'Lord']), ...OF_COMPOSE].sort());
});

test('.env.example shows the defaults', () => {
	const required = {
		DISCORD_TOKEN: 'a-token',
		DISCORD_GUILD_ID: '109758394758392104',
		DISCORD_ADMIN_CHANNEL_ID: '109758394758392105',
		STRIPE_SECRET_KEY: 'rk_test_51abc'
	};
	const shown = Object.fromEntries(lines.filter(({ value }) => value !== '').map(({ name, value }) => [name, value]));
	expect(parseSettings({ ...required, ...shown })).toEqual(parseSettings(required));
});
