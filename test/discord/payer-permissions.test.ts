import { Collection, type Guild, PermissionsBitField, type PermissionsString } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { payerPermissionRemarks } from '../../src/discord/payer-permissions.js';

const GUILD = '100000000000000001';
const KNIGHT = '100000000000000002';
const STAFF = '100000000000000003';

/** The messages about a server with a bought role Knight. */
function messages({
	knight = [],
	everyone = [],
	operatorRoleIds = []
}: {
	readonly knight?: readonly PermissionsString[];
	readonly everyone?: readonly PermissionsString[];
	readonly operatorRoleIds?: readonly string[];
}): readonly string[] {
	const role = (id: string, name: string, permissions: readonly PermissionsString[]) => ({
		id,
		name,
		permissions: new PermissionsBitField([...permissions])
	});
	const roles = [role(GUILD, '@everyone', everyone), role(KNIGHT, 'Knight', knight), role(STAFF, 'Staff', ['ManageGuild'])];
	const guild = { id: GUILD, roles: { cache: new Collection(roles.map((each) => [each.id, each])) } } as unknown as Guild;
	const remarks = payerPermissionRemarks(guild, [KNIGHT], operatorRoleIds);
	expect(remarks.every(({ verdict }) => verdict === 'error')).toBe(true);
	return remarks.map(({ message }) => message);
}

describe('payerPermissionRemarks', () => {
	it('says nothing about bought roles without power, whatever other roles have', () => {
		expect(messages({ knight: ['SendMessages'] })).toEqual([]);
		expect(messages({ operatorRoleIds: [STAFF] })).toEqual([]);
	});

	it('names a bought role with Manage Server, while that makes operators', () => {
		expect(messages({ knight: ['ManageGuild'] })).toEqual([
			'The role Knight has the permission Manage Server, so everyone who gets it by paying is an operator of Reeve and may change roles. Server Settings → Roles → Knight → Permissions: switch Manage Server off, or set DISCORD_OPERATOR_ROLE_IDS to a role that only operators have.'
		]);
		expect(messages({ knight: ['ManageGuild'], operatorRoleIds: [STAFF] })).toEqual([]);
	});

	it('names a bought role with Administrator, whatever the settings say', () => {
		for (const operatorRoleIds of [[], [STAFF]])
			expect(messages({ knight: ['Administrator'], operatorRoleIds })).toEqual([
				expect.stringMatching(/^The role Knight has the permission Administrator, .*switch Administrator off\.$/)
			]);
	});

	it('names a bought role that the settings list as operator role', () => {
		expect(messages({ operatorRoleIds: [STAFF, KNIGHT] })).toEqual([
			expect.stringMatching(/^The role Knight is listed in DISCORD_OPERATOR_ROLE_IDS/)
		]);
	});

	it('names @everyone with Manage Server', () => {
		expect(messages({ everyone: ['ManageGuild'] })).toEqual([
			expect.stringMatching(/^The role @everyone has .*, so every member of the server/)
		]);
	});
});
