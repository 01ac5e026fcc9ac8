import { describe, expect, it } from 'vitest';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { ADA, ago, BOB, customer, exemption, NOW, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

/** A guild with findings about others: a payer who left, an unclaimed one, a team that shares too many seats. */
function guild(): FakePorts {
	const ports = new FakePorts();
	const put = (number: number, discordId: string | null, given: Parameters<typeof subscription>[0] = {}) => {
		ports.billing.customers.push(customer({ id: `cus_${number}`, metadataDiscordId: discordId }));
		ports.billing.put(subscription({ id: `sub_${number}`, customerId: `cus_${number}`, ...given }));
	};
	put(1, ADA);
	put(2, userId(50));
	put(3, null);
	put(4, 'not an ID');
	put(5, BOB, { status: 'canceled', endedAt: ago({ days: 3 }) });
	ports.guild.join(ADA, 'Knight');
	ports.guild.join(userId(60), 'Lord');
	return ports;
}

const noticesAbout = async (ports: FakePorts, onlyMember: string) => (await runReconciliation(ports, SETTINGS, { onlyMember }))?.notices;

const NOTHING_ABOUT_OTHERS = {
	unclaimed: 0,
	absent: 0,
	overclaimedTeams: [],
	malformedLinks: [],
	expiringExemptions: [],
	contestedLinks: []
};

describe('a run over one member', () => {
	it('says what they should have, and nothing about others', async () => {
		const notices = await noticesAbout(guild(), ADA);
		expect(notices).toMatchObject({
			...NOTHING_ABOUT_OTHERS,
			member: {
				held: ['Knight'],
				expected: ['Knight'],
				cause: expect.stringMatching(/^Knight paid, subscribed on \d{4}-\S+ \(sub_1\)$/),
				linked: true,
				exemption: null
			}
		});
		expect([notices?.oddObjects, notices?.unlistedPrices]).toEqual([undefined, undefined]);
	});

	it('says that they are not in the server, and what they would get', async () => {
		expect(await noticesAbout(guild(), userId(50))).toMatchObject({
			...NOTHING_ABOUT_OTHERS,
			member: { held: null, expected: ['Knight'], linked: true }
		});
		expect(await noticesAbout(guild(), BOB)).toMatchObject({
			member: { held: null, expected: [], cause: expect.stringMatching(/^Knight ended .* \(sub_5\)$/) }
		});
		expect(await noticesAbout(guild(), userId(70))).toMatchObject({ member: { held: null, expected: [], linked: false } });
	});

	it('gives the longest exemption in force', async () => {
		const ports = guild();
		const until = new Date(NOW.getTime() + 86_400_000);
		ports.ledger.exemptions = [exemption(ADA, ago({ days: 1 })), exemption(ADA, until), exemption(BOB)];
		expect(await noticesAbout(ports, ADA)).toMatchObject({
			exempt: 1,
			expiringExemptions: [],
			member: { exemption: { expiresAt: until } }
		});
	});
});
