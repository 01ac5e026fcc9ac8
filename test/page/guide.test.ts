import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch, openPage, PHONE } from '../../sandbox/browser/launch.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile } from '../end-to-end/operator.js';
import { expectAccessible } from './accessible.js';

/** What is ticked takes a run of Reeve, or a restart and a run. */
const TICK_MS = 90_000;

const TITLES = ['Apply a fix', 'Cancel a subscription', 'Mistype a price', 'Break Stripe'];
/** ada pays and has no role; cleo and dora have what they pay for. */
const MEMBERS = [
	{ id: '100000000000000001', username: 'ada', roles: [], price: 'price_knight' },
	{ id: '100000000000000002', username: 'cleo', roles: ['Knight'], price: 'price_knight' },
	{ id: '100000000000000003', username: 'dora', roles: ['Lord'], price: 'price_lord' }
];
const WORLD = {
	guild: { members: MEMBERS.map(({ id, username, roles }) => ({ id, username, roles, bot: false, operator: false })) },
	stripe: {
		customers: MEMBERS.map(({ id }) => ({ id: `cus_${id}`, metadata: { discord_id: id } })),
		subscriptions: MEMBERS.map(({ id, price }) => ({ id: `sub_${id}`, customer: `cus_${id}`, status: 'active' as const, price }))
	}
};

describe('the first minute', () => {
	let sandbox: Sandbox;
	let browser: Browser;

	beforeAll(async () => {
		browser = await launch();
		sandbox = await Sandbox.start({ ownSettings: { RECONCILIATION_EVENTS_SECONDS: '1', RECONCILIATION_SETTLE_SECONDS: '1' } });
	});
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
	});
	beforeEach(async () => {
		await sandbox.reset({ world: WORLD });
		await reconcile(sandbox);
	});

	const stepOf = (page: Page, title: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) });
	const isDone = (page: Page, title: string) => stepOf(page, title).getByText('✓ Done').waitFor({ timeout: TICK_MS });

	/** @param press - how the user presses a button */
	async function doEverything(page: Page, press: (button: Locator) => Promise<void>): Promise<void> {
		const button = (name: string) => page.getByRole('button', { name, exact: true });
		await press(button('Show me a button'));
		await press(button('Apply fix 1 · Grant Knight'));
		await isDone(page, 'Apply a fix');
		expect(managedRolesOf(sandbox, 'ada')).toEqual(['Knight']);

		await press(button('Cancel a subscription'));
		await isDone(page, 'Cancel a subscription');
		const outcome = await stepOf(page, 'Cancel a subscription').getByRole('status').textContent();
		const [, name = ''] = /The subscription of (\w+)/.exec(outcome ?? '') ?? [];
		await page.getByRole('article').filter({ hasText: name }).filter({ hasText: 'subscription ended' }).first().waitFor();

		await press(button('Mistype the price'));
		await isDone(page, 'Mistype a price');
		expect(managedRolesOf(sandbox, 'dora')).toEqual(['Lord']);
		await press(button('Correct the price'));
		await button('Mistype the price').waitFor({ timeout: TICK_MS });

		// A fault of the user's own stays.
		sandbox.faults.add({ target: 'stripe', kind: 'latency', ms: 1 });
		await press(button('Break Stripe'));
		await isDone(page, 'Break Stripe');
		await page.getByRole('article').filter({ hasText: 'Stripe has an outage' }).first().waitFor();
		await press(button('Make Stripe work again'));
		await expect.poll(() => sandbox.faults.list().map(({ kind }) => kind)).toEqual(['latency']);
		await page.getByText('That was all four.').waitFor();
	}

	it('is done by mouse', async () => {
		const { page, problems } = await openPage(browser, sandbox.url);
		await expectAccessible(page);
		await doEverything(page, (button) => button.click());
		await expectAccessible(page);
		expect(problems).toEqual([]);
	});

	it('is done by keyboard', async () => {
		const { page, problems } = await openPage(browser, sandbox.url);
		await page.getByRole('article').first().waitFor();
		await doEverything(page, async (button) => {
			await expect.poll(() => button.isEnabled(), { timeout: TICK_MS }).toBe(true);
			// From wherever the focus is, round the page at most once.
			const isFocused = () => button.evaluate((element) => element === element.ownerDocument.activeElement);
			for (let tabs = 0; tabs < 200 && !(await isFocused()); tabs += 1) await page.keyboard.press('Tab');
			expect(await isFocused()).toBe(true);
			await page.keyboard.press('Enter');
		});
		expect(problems).toEqual([]);
	});

	it('goes on after the page is loaded again, and begins anew in another world', async () => {
		const { page } = await openPage(browser, `${sandbox.url}/#guide`, { viewport: PHONE });
		await page.getByRole('button', { name: 'Cancel a subscription' }).click();
		await page.getByText('The subscription of cleo for Knight has ended').waitFor();
		await page.reload();
		await isDone(page, 'Cancel a subscription');
		await page.getByRole('button', { name: 'Mistype the price' }).click();
		// The bot restarts meanwhile.
		await page.reload();
		const compare = page.getByRole('button', { name: 'Compare everyone' });
		await compare.waitFor({ timeout: TICK_MS });
		await compare.click();
		await isDone(page, 'Mistype a price');
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);

		await sandbox.reset({ world: WORLD });
		await expect.poll(() => page.getByText('✓ Done').count(), { timeout: TICK_MS }).toBe(0);
		for (const title of TITLES) expect(await stepOf(page, title).count()).toBe(1);
	});

	it('says why something could not be done, and lets the user try again', async () => {
		await sandbox.reset({ world: {} });
		const { page } = await openPage(browser, sandbox.url);
		await page.getByRole('button', { name: 'Cancel a subscription' }).click();
		await page.getByRole('alert').filter({ hasText: 'No member of this world' }).waitFor();
		expect(await page.getByRole('button', { name: 'Cancel a subscription' }).isEnabled()).toBe(true);
	});
});
