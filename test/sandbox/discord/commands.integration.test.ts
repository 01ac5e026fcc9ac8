import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiscordFixture } from './fixtures.js';

let fixture: DiscordFixture;
beforeEach(async () => {
	fixture = await DiscordFixture.open();
});
afterEach(() => fixture.close());

interface Answered {
	status: number;
	body: Record<string, unknown>;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answered> {
	const answer = await fixture.rest(method, `/applications/${fixture.discord.ids.applicationId}${path}`, body);
	return { status: answer.status, body: answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>) };
}

const path = () => `/guilds/${fixture.discord.ids.guildId}/commands`;
const hello = { name: 'hello', description: 'Says hello' };
const option = (name: string, more: object = {}) => ({ type: 3, name, description: 'd', ...more });

describe('application commands', () => {
	it('creates, edits, replaces and deletes commands and keeps their IDs', async () => {
		const made = await ask('POST', path(), hello);
		expect(made).toMatchObject({ status: 201, body: { ...hello, type: 1, guild_id: fixture.discord.ids.guildId } });
		const { id } = made.body;
		expect(await ask('POST', path(), { ...hello, description: 'Again' })).toMatchObject({
			status: 200,
			body: { id, description: 'Again' }
		});
		expect(await ask('PATCH', `${path()}/${id}`, { options: [option('who')] })).toMatchObject({
			status: 200,
			body: { id, description: 'Again' }
		});
		expect((await ask('PUT', path(), [hello, { name: 'bye', description: 'Says bye' }])).body).toMatchObject([{ id }, { name: 'bye' }]);
		expect((await ask('DELETE', `${path()}/${id}`)).status).toBe(204);
		expect(await ask('GET', `${path()}/${id}`)).toMatchObject({ status: 404, body: { code: 10063 } });
		expect((await ask('GET', path())).body).toHaveLength(1);
		expect((await ask('GET', '/commands')).body).toEqual([]);
	});

	it.each([
		['a name in capitals', { ...hello, name: 'Hello' }, 'APPLICATION_COMMAND_INVALID_NAME'],
		['a name with a space', { ...hello, name: 'say hello' }, 'APPLICATION_COMMAND_INVALID_NAME'],
		['no description', { name: 'hello' }, 'BASE_TYPE_REQUIRED'],
		['a long description', { ...hello, description: 'x'.repeat(101) }, 'BASE_TYPE_BAD_LENGTH'],
		['26 options', { ...hello, options: Array.from({ length: 26 }, (_, n) => option(`o${n}`)) }, 'BASE_TYPE_MAX_LENGTH'],
		['two options of one name', { ...hello, options: [option('a'), option('a')] }, 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS'],
		[
			'a required option after another',
			{ ...hello, options: [option('a'), option('b', { required: true })] },
			'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID'
		],
		[
			'subcommands beside options',
			{ ...hello, options: [option('a'), option('b', { type: 1 })] },
			'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID'
		],
		[
			'a subcommand in a subcommand',
			{ ...hello, options: [option('a', { type: 1, options: [option('b', { type: 1 })] })] },
			'BASE_TYPE_CHOICES'
		],
		[
			'26 choices',
			{ ...hello, options: [option('a', { choices: Array.from({ length: 26 }, (_, n) => ({ name: `${n}`, value: `${n}` })) })] },
			'BASE_TYPE_MAX_LENGTH'
		]
	])('rejects %s', async (_name, body, code) => {
		const refused = await ask('POST', path(), body);
		expect(refused).toMatchObject({ status: 400, body: { code: 50035 } });
		expect(JSON.stringify(refused.body.errors)).toContain(`"${code}"`);
	});
});
