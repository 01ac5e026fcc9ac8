import { describe, expect, it, vi } from 'vitest';
import type { ExemptResult } from '../../../src/reconciliation/members/exemption.js';
import { createMemberService } from '../../../src/reconciliation/members/service.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { stub } from '../stub.js';

type Deps = Parameters<typeof createMemberService>[0];

function serviceOver(members: Partial<Deps['store']>, ports = new FakePorts()) {
	return createMemberService({
		ports,
		billing: stub<Deps['billing']>({}),
		guild: ports.guild,
		store: stub<Deps['store']>(members),
		policy: SETTINGS.policy,
		namesOf: async (ids) => new Map([...ids].filter((id) => id === '1').map((id) => [id, 'Ada'])),
		suggestPorts: stub<Deps['suggestPorts']>({}),
		track: (work) => work()
	});
}

describe('MemberService', () => {
	it('confirms an exemption once no role call to the member is on its way', async () => {
		const ports = new FakePorts();
		const exempted = {} as ExemptResult;
		const isChanging = vi
			.spyOn(ports.ledger, 'isChanging')
			.mockResolvedValueOnce(true)
			.mockResolvedValueOnce(true)
			.mockResolvedValue(false);
		const exempt = async () => {
			// What is stored before forbids the next call; what is asked before would be out of date.
			expect(isChanging).not.toHaveBeenCalled();
			return exempted;
		};
		const order = { discordId: '1', reason: 'guest', until: null, actor: '2' };
		expect(await serviceOver({ exempt }, ports).exempt(order)).toBe(exempted);
		expect(isChanging.mock.calls).toEqual(Array(3).fill([{ discordId: '1' }]));
		expect(ports.calls('sleep')).toHaveLength(2);
	});

	it('explains no issue that the database does not have', async () => {
		expect(await serviceOver({ subjectOf: async () => null }).explainIssue('gone')).toBeNull();
	});

	it('suggests no link where links cannot be made, and reads nothing for it', async () => {
		const result = await serviceOver({ linksKeptIn: 'the shop' }).suggestLinks({ reread: true, onProgress: () => {} });
		expect(result).toEqual({ kind: 'unreadable', why: 'Links are kept in the shop: change them there.' });
	});

	it('names a member of the server, and no one else', async () => {
		const service = serviceOver({});
		expect([await service.nameOf('1'), await service.nameOf('2')]).toEqual(['Ada', null]);
	});
});
