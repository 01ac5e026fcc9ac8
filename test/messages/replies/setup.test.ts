import { describe, expect, it } from 'vitest';
import { channelScreen } from '../../../src/messages/replies/setup/channel.js';
import { checkScreen } from '../../../src/messages/replies/setup/check.js';
import { pricesScreen } from '../../../src/messages/replies/setup/prices.js';
import { rolesScreen } from '../../../src/messages/replies/setup/roles.js';
import { nextStep, type SetupScreen } from '../../../src/messages/replies/setup/screen.js';
import type { CatalogPrice } from '../../../src/reconciliation/domain/catalog.js';
import type { SetupCheck, SetupPrice, SetupView } from '../../../src/reconciliation/setup/setup.js';
import { brokenLimits, type CustomButton } from '../limits.js';

const HOSTILE = `**@everyone** \`[x](https://evil.example)\` ${'ﷺ'.repeat(60)}`;

const price = (index: number, over: Partial<CatalogPrice> = {}): CatalogPrice => ({
	id: `price_${index}`,
	productId: `prod_${index}`,
	productName: HOSTILE,
	nickname: null,
	amount: '2900',
	currency: 'usd',
	interval: 'month',
	intervalCount: 1,
	isMetered: false,
	isArchived: false,
	subscriptions: 41,
	...over
});

const tierNames = (count: number) => Array.from({ length: count }, (_, index) => `Tier ${index} ${'x'.repeat(80)}`);

const view = ({
	tiers = ['Knight', 'Lord'],
	prices = [] as readonly SetupPrice[],
	draft = null as SetupView['draft']
} = {}): SetupView => ({
	tiers: { names: tiers, fixedBy: null },
	roles: [...tiers, 'Debtor'].map((name) => ({ name, roleId: '200000000000000002', problem: null, fixedBy: null })),
	channel: { id: '300000000000000003', problem: null, fixedBy: null },
	prices: { kind: 'read', prices, complete: true, missing: [] },
	choices: [...tiers, 'nothing'],
	draft
});

const check = (over: Partial<SetupCheck> = {}): SetupCheck => ({
	problems: [],
	results: [],
	preflight: null,
	failure: null,
	draft: {},
	...over
});

/** The limits of buttons hold for what has a label. */
const broken = ({ embeds, components }: SetupScreen) => {
	const menus = components.map((row) => ({ ...row, components: row.components.filter((each) => 'label' in each) }));
	const buttons = menus.filter((row) => row.components.length > 0) as unknown as { type: 1; components: CustomButton[] }[];
	return [
		...brokenLimits({ embeds, components: buttons as never, allowedMentions: { parse: [] } }),
		...(components.length > 5 ? [`rows: ${components.length}`] : []),
		...components.flatMap((row) =>
			row.components.flatMap((each) => {
				const texts: (readonly [string, number])[] = [
					[each.custom_id, 100],
					...('placeholder' in each ? [[each.placeholder ?? '', 150] as const] : []),
					...('options' in each ? each.options.flatMap(({ label, value }) => [[label, 100] as const, [value, 100] as const]) : [])
				];
				const long = texts.filter(([text, max]) => text.length > max || text === '').map(([text]) => text);
				return 'options' in each && each.options.length > 25 ? [...long, 'more than 25 options'] : long;
			})
		)
	];
};

describe('the setup', () => {
	it('opens with what has to be done next', () => {
		const undecided: SetupPrice = { price: price(1), buys: null, fixedBy: null };
		const [first, ...others] = view().roles;
		expect(nextStep({ ...view(), roles: [{ ...(first as (typeof others)[number]), roleId: null }, ...others] })).toBe('roles');
		expect(nextStep({ ...view(), channel: { id: null, problem: null, fixedBy: null } })).toBe('channel');
		expect(nextStep(view({ prices: [undecided] }))).toBe('prices');
		expect(nextStep(view({ prices: [{ ...undecided, price: price(1, { subscriptions: 0 }) }] }))).toBe('check');
		expect(nextStep(view({ prices: [{ ...undecided, buys: 'Lord' }] }))).toBe('check');
	});

	it('stays within the limits of Discord with many tiers, prices, problems and hostile names', () => {
		const tiers = tierNames(12);
		const prices = Array.from(
			{ length: 200 },
			(_, index): SetupPrice => ({ price: price(index), buys: tiers[index % 12] ?? null, fixedBy: null })
		);
		const many = view({ tiers, prices, draft: { A: 'b' } });
		const problem = HOSTILE.repeat(9);
		const roles = many.roles.map((role) => ({ ...role, roleId: null, problem }));
		for (const page of [0, 1, 66, 99_999]) {
			expect(broken(pricesScreen(many, page, problem))).toEqual([]);
			expect(broken(rolesScreen({ ...many, roles }, page, problem))).toEqual([]);
		}
		expect(broken(pricesScreen({ ...many, prices: { kind: 'failed', reason: problem } }, 0, null))).toEqual([]);
		expect(broken(channelScreen({ ...many, channel: { id: null, problem, fixedBy: 'DISCORD_ADMIN_CHANNEL_ID' } }, problem))).toEqual([]);
		const results = Array.from({ length: 60 }, () => ({ subject: 'Prices', verdict: 'error' as const, message: problem }));
		expect(broken(checkScreen(many, check({ results, draft: { A: 'b' }, failure: problem, problems: [problem, problem] })))).toEqual([]);
	});

	it('shows a price with its amount and subscribers, and keeps what a variable decides from being changed', () => {
		const prices: SetupPrice[] = [
			{ price: price(1, { productName: 'Gold' }), buys: 'Lord', fixedBy: 'STRIPE_LORD_PRICE_IDS' },
			{ price: price(2, { productName: 'Silver' }), buys: null, fixedBy: null }
		];
		const { embeds, components } = pricesScreen({ ...view({ prices }), choices: ['Knight', 'nothing'] }, 0, null);
		expect(embeds[0]?.description).toContain(
			'**1** · Gold · $29.00 a month · 41 subscribers → **Lord** (set by `STRIPE_LORD_PRICE_IDS`, which overrides what is chosen here)'
		);
		expect(embeds[0]?.description).toContain('**1 price that people pay is not decided yet.**');
		const [gold, silver] = components.map((row) => row.components[0]) as {
			disabled: boolean;
			options: { value: string; default: boolean }[];
		}[];
		expect(gold?.disabled).toBe(true);
		expect(silver?.options.map(({ value }) => value)).toEqual(['Knight', 'nothing', 'unknown']);
		expect(silver?.options.find((option) => option.default)?.value).toBe('unknown');
	});

	it('offers to save only valid answers', () => {
		const labels = (screen: SetupScreen) =>
			screen.components.flatMap((row) => row.components.map((each) => ('label' in each ? each.label : '')));
		expect(labels(checkScreen(view(), check({ draft: { A: 'b' } })))).toContain('Save these settings');
		expect(labels(checkScreen(view(), check({ draft: { A: 'b' }, problems: ['x'] })))).not.toContain('Save these settings');
		expect(labels(checkScreen(view(), check()))).not.toContain('Save these settings');
	});

	it('says how many pay, how many of them are linked, and how to bring people in', () => {
		const effects = { removes: 0, lowers: 0, tidies: 0, raises: 0, grants: 0 };
		const coverage = {
			payers: 800,
			linkedPayers: 0,
			holders: 640,
			unlinkedHolders: 640,
			heldRoles: ['Lord'],
			subscriptions: 800,
			unmappedSubscriptions: 0,
			hasMappedPrice: true
		};
		const preflight = { coverage, unknown: 0, effects };
		const text = checkScreen(view(), check({ preflight })).embeds[0]?.description ?? '';
		expect(text).toContain('**800 customers pay in Stripe, 0 of them linked to a Discord user.**');
		expect(text).toContain('640 members hold a managed role, 640 of them without a link.');
		expect(text).toContain('`/reconcile import`');
		const linked = checkScreen(
			view(),
			check({ preflight: { ...preflight, coverage: { ...coverage, linkedPayers: 800, unlinkedHolders: 0 } } })
		).embeds[0]?.description;
		expect(linked).not.toContain('Bring people in');
	});
});
