import { describe, expect, it } from 'vitest';
import { createMemberService } from '../../../src/reconciliation/members/service.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { stub } from '../stub.js';

type Deps = Parameters<typeof createMemberService>[0];

function serviceOver(members: Partial<Deps['store']>) {
	const ports = new FakePorts();
	return createMemberService({
		ports,
		billing: stub<Deps['billing']>({}),
		guild: ports.guild,
		store: stub<Deps['store']>(members),
		policy: SETTINGS.policy,
		namesOf: async (ids) => new Map([...ids].filter((id) => id === '1').map((id) => [id, 'Ada'])),
		track: (work) => work()
	});
}

describe('MemberService', () => {
	it('explains no issue that the database does not have', async () => {
		expect(await serviceOver({ subjectOf: async () => null }).explainIssue('gone')).toBeNull();
	});

	it('names a member of the server, and no one else', async () => {
		const service = serviceOver({});
		expect([await service.nameOf('1'), await service.nameOf('2')]).toEqual(['Ada', null]);
	});
});
