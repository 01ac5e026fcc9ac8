import { type Interaction, PermissionsBitField, type PermissionsString } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { operatorDenial } from '../../src/discord/operators.js';

const GUILD = '100000000000000001';
const ROLE = '200000000000000001';

/** The part of an interaction that identifies its sender. */
function from(sender: { guildId?: string | null; permissions?: PermissionsString[] | null; roles?: string[] }): Interaction {
	const { guildId = GUILD, permissions = [], roles = [] } = sender;
	return {
		guildId,
		memberPermissions: permissions === null ? null : new PermissionsBitField(permissions),
		member: { roles }
	} as unknown as Interaction;
}

describe('operatorDenial', () => {
	test('allows Manage Server and Administrator, and nothing less, when no operator role is set', () => {
		const rule = { guildId: GUILD, roleIds: [] };
		expect(operatorDenial(from({ permissions: ['ManageGuild'] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['Administrator'] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['ManageRoles'] }), rule)).toMatch(/^Only operators may use Reeve/);
	});

	test('requires one of the operator roles or Administrator when roles are set', () => {
		const rule = { guildId: GUILD, roleIds: [ROLE] };
		expect(operatorDenial(from({ roles: ['200000000000000009', ROLE] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['Administrator'] }), rule)).toBeNull();
		expect(operatorDenial(from({ permissions: ['ManageGuild'] }), rule)).toMatch(/^Only operators may use Reeve/);
	});

	test('names Manage Server in the refusal only when it would help', () => {
		const sender = from({ permissions: [] });
		expect(operatorDenial(sender, { guildId: GUILD, roleIds: [] })).toContain('Manage Server');
		expect(operatorDenial(sender, { guildId: GUILD, roleIds: [ROLE] })).not.toContain('Manage Server');
	});

	test.each([
		['in a direct message', { guildId: null, permissions: null, roles: [ROLE] }],
		['of another server', { guildId: '100000000000000009', permissions: ['Administrator'] as PermissionsString[], roles: [ROLE] }]
	])('refuses an administrator %s', (_, sender) => {
		for (const roleIds of [[], [ROLE]])
			expect(operatorDenial(from(sender), { guildId: GUILD, roleIds })).toBe('Reeve only works in the server it is set up for.');
	});
});
