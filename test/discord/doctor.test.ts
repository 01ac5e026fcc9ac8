import { type Client, Collection, PermissionsBitField, type PermissionsString } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { discordChecks } from '../../src/discord/doctor.js';
import { runChecks } from '../../src/reconciliation/health/doctor.js';

const GUILD = '100000000000000001';
const CHANNEL = '100000000000000002';
const ALL: PermissionsString[] = ['ViewChannel', 'SendMessages', 'EmbedLinks', 'AttachFiles', 'ReadMessageHistory'];

/** No managed role. */
const NO_ROLES = { wanted: [], memory: { loadManagedRoles: async () => new Map(), saveManagedRoles: async () => {} } };

interface Place {
	readonly kind?: 'text' | 'thread' | 'forum';
	readonly permissions?: readonly PermissionsString[];
	readonly locked?: boolean;
	readonly archived?: boolean;
}

/** The results for the admin channel. @param place - null: Discord does not have it */
async function check(place: Place | null) {
	const { kind = 'text', permissions = ALL, locked = false, archived = false } = place ?? {};
	const channel = {
		name: 'reports',
		guildId: GUILD,
		locked,
		archived,
		parent: { name: 'team' },
		isDMBased: () => false,
		isSendable: () => kind !== 'forum',
		isThreadOnly: () => kind === 'forum',
		isThread: () => kind === 'thread',
		permissionsFor: () => new PermissionsBitField([...permissions])
	};
	const client = {
		user: { id: '1' },
		application: { flags: { any: () => true } },
		guilds: { cache: new Collection([[GUILD, { roles: { cache: new Collection() } }]]) },
		channels: { fetch: () => (place === null ? Promise.reject(new Error('Unknown Channel')) : Promise.resolve(channel)) }
	} as unknown as Client<true>;
	const inputs = {
		client,
		guildId: GUILD,
		channelId: CHANNEL,
		operatorRoleIds: [],
		auditLog: false,
		guild: { problems: async () => [] },
		...NO_ROLES,
		justLoggedIn: true
	};
	const results = await runChecks(discordChecks(inputs));
	return results
		.filter(({ message }) => !/above every role|Intent is on/.test(message))
		.map(({ verdict, message }) => ({ verdict, message }));
}

describe('discordChecks, the admin channel', () => {
	it('is ok where Reeve may post', async () => {
		expect(await check({})).toEqual([{ verdict: 'ok', message: 'Reeve can post in #reports.' }]);
	});

	it.each<[string, Place | null, RegExp]>([
		['does not exist', null, /cannot see a text channel 100000000000000002/],
		['is a forum', { kind: 'forum' }, /#reports is a forum, so Reeve cannot post reports there\. Set DISCORD_ADMIN_CHANNEL_ID/],
		['is a locked thread', { kind: 'thread', locked: true }, /thread that is locked/],
		['is an archived thread', { kind: 'thread', archived: true }, /thread that is archived/],
		['lacks a permission', { permissions: ALL.filter((name) => name !== 'AttachFiles') }, /lacks Attach Files/],
		['is a thread without its own permission', { kind: 'thread' }, /lacks Send Messages in Threads.*Edit Channel of #team/]
	])('is an error if it %s', async (_, place, message) => {
		expect(await check(place)).toEqual([{ verdict: 'error', message: expect.stringMatching(message) }]);
	});

	it('warns about a thread in which Reeve may post, as it will be archived', async () => {
		const permissions = [...ALL.filter((name) => name !== 'SendMessages'), 'SendMessagesInThreads'] as const;
		expect(await check({ kind: 'thread', permissions })).toMatchObject([
			{ verdict: 'warning', message: expect.stringContaining('archives it') }
		]);
	});
});

it('checks nothing but the invitation in a server that Reeve is not in', async () => {
	const client = { guilds: { cache: new Collection() } } as unknown as Client<true>;
	const guild = { problems: async () => [{ blocks: 'runs' as const, message: 'Invite it.' }] };
	const inputs = {
		client,
		guildId: GUILD,
		channelId: CHANNEL,
		operatorRoleIds: ['1'],
		auditLog: false,
		guild,
		...NO_ROLES,
		justLoggedIn: true
	};
	expect(await runChecks(discordChecks(inputs))).toEqual([{ subject: 'Discord', verdict: 'blocking', message: 'Invite it.' }]);
});
