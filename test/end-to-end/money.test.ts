import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { readStatus, reconcile, runCommand } from './operator.js';

const ID = (number: number) => `30000000000000000${number}`;
const [ADA, BOB, EVE, DAN, FAY] = [1, 2, 3, 4, 5].map(ID) as [string, string, string, string, string];

const WORLD = {
	guild: {
		members: [
			{ id: ADA, username: 'ada', roles: [] },
			{ id: BOB, username: 'bob', roles: [] },
			{ id: EVE, username: 'eve', roles: ['Lord'] },
			{ id: DAN, username: 'dan', roles: ['Knight'] },
			{ id: FAY, username: 'fay', roles: ['Knight'] },
			{ id: ID(6), username: 'strange', roles: ['Knight'] }
		]
	},
	stripe: {
		prices: [
			{ id: 'price_knight', name: 'Knight', amount: 12_000, interval: 'year' as const },
			{ id: 'price_lord', name: 'Lord', amount: 2900 },
			{ id: 'price_knight_jpy', name: 'Knight', amount: 500, currency: 'jpy' },
			{ id: 'price_knight_tiers', name: 'Knight', amount: null }
		],
		coupons: [{ id: 'friends', percentOff: 10 }],
		customers: [ADA, BOB, EVE, DAN, FAY].map((discord_id) => ({ id: `cus_${discord_id}`, metadata: { discord_id } })),
		subscriptions: [
			{ id: 'sub_ada', customer: `cus_${ADA}`, status: 'active', price: 'price_knight' },
			{ id: 'sub_bob', customer: `cus_${BOB}`, status: 'active', price: 'price_lord', discounts: [{ coupon: 'friends' }] },
			{ id: 'sub_eve', customer: `cus_${EVE}`, status: 'canceled', price: 'price_lord' },
			{ id: 'sub_dan', customer: `cus_${DAN}`, status: 'canceled', price: 'price_knight_jpy' },
			{ id: 'sub_fay', customer: `cus_${FAY}`, status: 'canceled', price: 'price_knight_tiers' }
		]
	}
};
const ENV = { STRIPE_KNIGHT_PRICE_IDS: 'price_knight,price_knight_jpy,price_knight_tiers', STRIPE_LORD_PRICE_IDS: 'price_lord' };

const UNPAID = '¥500 and $29 a month';

describe('money', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await Sandbox.start({ world: WORLD, env: ENV });
	});
	afterAll(() => sandbox?.stop());

	test('is in the head of the report, at each person, and with the run', async () => {
		const { run, report } = await reconcile(sandbox);
		const text = report.embeds[0]?.description ?? '';
		expect(text).toContain(
			`**At least $36.10 a month** is paid by people without the access they pay for; **${UNPAID}** of access is not paid (not counting 1 person whose price is unknown).`
		);
		// Of one severity and kind, the larger amount first; Bob pays $26.10, or more if his coupon is for another product.
		const lines = text.split('\n').filter((line) => / a month|price unknown/.test(line) && line.startsWith('-#'));
		expect(lines.map((line) => line.replace(/ · (first seen|\[).*/, ''))).toEqual([
			'-# bob · at least $26.10 a month',
			'-# ada · $10 a month',
			'-# eve · $29 a month, not paid',
			'-# dan · ¥500 a month, not paid',
			'-# fay · price unknown'
		]);
		expect(run.money).toEqual({
			paid: { amounts: [{ currency: 'usd', amount: 3610 }], isMinimum: true, unknown: 0 },
			unpaid: {
				amounts: [
					{ currency: 'jpy', amount: 500 },
					{ currency: 'usd', amount: 2900 }
				],
				isMinimum: false,
				unknown: 1
			}
		});
	});

	test('is in the mail, the status, the history and the export', async () => {
		const mail = await sandbox.until(() => sandbox.mail.inbox().find(({ text }) => text?.includes('a month')));
		expect(mail.text).toContain(
			`At least $36.10 a month is paid by people without the access they pay for; ${UNPAID} of access is not paid`
		);
		expect((await readStatus(sandbox))['']).toContain(`, ${UNPAID} of access not paid\n`);
		const history = (await runCommand(sandbox, 'reconcile history')).answer.embeds[0];
		const { answer } = await runCommand(sandbox, 'reconcile export');
		const csv = await (await fetch(answer.attachments[0]?.url ?? '')).text();
		expect(csv).toContain('"26.1","USD","at least","paid without access"');
		expect(history?.description).toContain(` · at least $36.10 a month paid without access, ${UNPAID} of access not paid · `);
	});
});
