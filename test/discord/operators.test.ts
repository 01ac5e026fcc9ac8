import { type Interaction, PermissionsBitField, type PermissionsString } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { operatorDenial } from '../../src/discord/operators.js';

const GUILD = '100000000000000001';
const ROLE = '200000000000000001';

/** As much of an interaction as tells who sent it. */
function from(sender: { guildId?: string | null; permissions?: PermissionsString[] | null; roles?: string[] }): Interaction {
	const { guildId = GUILD, permissions = [], roles = [] } = sender;
	return {
		guildId,
		memberPermissions: permissions === null ? null : new PermissionsBitField(permissions),
		member: { roles }
	} as unknown as Interaction;
}

describe('an operator', () => {
	test('is whoever may manage the server, where no role is set', () => {
		const rule = { guildId: GUILD, roleIds: [] };
		expect(operatorDenial(from({ permissions: ['ManageGuild'] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['Administrator'] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['ManageRoles'] }), rule)).toContain('Only operators');
	});

	test('is whoever has one of the roles that are set, and administrators; Manage Server alone is not enough then', () => {
		const rule = { guildId: GUILD, roleIds: [ROLE] };
		expect(operatorDenial(from({ roles: ['200000000000000009', ROLE] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['Administrator'] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['ManageGuild'] }), rule)).toContain('Only operators');
	});

	test.each([
		['in a direct message', { guildId: null, permissions: null }],
		['in another server', { guildId: '100000000000000009', permissions: ['Administrator'] as PermissionsString[] }]
	])('is nobody %s', (_, sender) => {
		expect(operatorDenial(from(sender), { guildId: GUILD, roleIds: [] })).toBe('Reeve works only in the server it looks after.');
	});
});
