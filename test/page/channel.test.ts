import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage, PHONE } from '../../sandbox/browser/launch.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile } from '../end-to-end/operator.js';
import { expectAccessible } from './accessible.js';

describe('the channel in a browser', () => {
	let sandbox: Sandbox;
	let browser: Browser;

	beforeAll(async () => {
		browser = await launch();
		sandbox = await Sandbox.start({ world: { guild: { members: MEMBERS }, stripe: STRIPE } });
		await reconcile(sandbox);
	});
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
	});

	it('runs a command by keyboard, applies a fix by mouse and survives a reload', async () => {
		const { page, problems } = await openPage(browser, sandbox.url);
		const command = page.getByRole('combobox', { name: 'Command' });
		await command.fill('/reconcile ru');
		await page.getByRole('option', { name: '/reconcile run' }).waitFor();
		await command.press('Enter');
		await command.press('Enter');
		await page.getByText('Only you can see this').waitFor();
		const fix = page
			.getByRole('article')
			.last()
			.getByRole('button', { name: /^Apply fix 1/ });
		await fix.click();
		// What a member loses is shown first, with a button that confirms it.
		await page.getByRole('button', { name: /^Remove Knight ·/ }).click();
		await sandbox.until(() => MEMBERS.some(({ id }) => managedRolesOf(sandbox, id).length === 0));
		await page.reload();
		await page.getByText('Only you can see this').first().waitFor();
		expect(problems).toEqual([]);
	});

	it('offers the choices of an option and the answers of autocomplete', async () => {
		const { page, problems } = await openPage(browser, sandbox.url);
		const command = page.getByRole('combobox', { name: 'Command' });
		await command.fill('/reconcile list kind:payers');
		await page.getByRole('option', { name: 'payers who left' }).click();
		await command.press('Enter');
		await page.getByText('Only you can see this').waitFor();
		await command.fill('/reconcile link member:hopper customer:grace');
		// From the bot, which searches Stripe.
		await page.getByRole('option', { name: /grace@example\.com/ }).waitFor();
		await expectAccessible(page);
		expect(problems).toEqual([]);
	});

	it('attaches a file to a command', async () => {
		const { page, problems } = await openPage(browser, sandbox.url);
		const command = page.getByRole('combobox', { name: 'Command' });
		await command.fill('/reconcile import ');
		const content = `discord_id,stripe_customer_id\n${HOPPER},cus_grace\n`;
		await page.locator('input[type=file]').setInputFiles({ name: 'links.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
		await command.press('Enter');
		await page.getByRole('button', { name: /^Import 1 / }).waitFor();
		expect(problems).toEqual([]);
	});

	it('opens a dialog that a menu leads to, and sends what is typed', async () => {
		const { page, problems } = await openPage(browser, sandbox.url);
		const report = page.getByRole('article').last();
		await report.getByText('Why, Ignore, Link, Undo…').click();
		await expectAccessible(page);
		await report
			.getByRole('button', { name: /^Ignore/ })
			.first()
			.click();
		const dialog = page.getByRole('dialog');
		await dialog.waitFor();
		await expectAccessible(page);
		await dialog.getByRole('textbox').first().fill('paid in cash');
		await dialog.getByRole('button', { name: 'Submit' }).click();
		await page.getByRole('article').filter({ hasText: 'paid in cash' }).first().waitFor();
		expect(await page.getByRole('dialog').count()).toBe(0);
		expect(problems).toEqual([]);
	});

	it('shows who a mention names, with the commands of their context menu', async () => {
		const { page, problems } = await openPage(browser, sandbox.url);
		await page.getByRole('button', { name: '@ada' }).first().press('Enter');
		await page.getByRole('dialog', { name: 'ada' }).waitFor();
		await expectAccessible(page);
		await page.getByRole('button', { name: 'Apps › Why these roles?' }).press('Enter');
		await page.getByRole('article').filter({ hasText: 'Only you can see this' }).filter({ hasText: 'ada' }).last().waitFor();
		expect(await page.getByRole('dialog').count()).toBe(0);
		expect(problems).toEqual([]);
	});

	it('shows hostile names as text', async () => {
		const { page, problems } = await openPage(browser, sandbox.url, { viewport: PHONE });
		for (const name of HOSTILE_NAMES)
			await page
				.getByRole('button', { name: `@${name}`, exact: true })
				.first()
				.waitFor();
		expect(await page.locator('main img, main script').count()).toBe(0);
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
		expect(problems).toEqual([]);
	});

	it.each(['light', 'dark'] as const)('has nothing serious for axe-core, on a phone in %s', async (colorScheme) => {
		const { page, problems } = await openPage(browser, sandbox.url, { viewport: PHONE, colorScheme });
		await page.getByRole('article').first().waitFor();
		await expectAccessible(page);
		expect(problems).toEqual([]);
	});
});

const HOPPER = '100000000000000009';
const HOSTILE_NAMES = ['<img src=x onerror=alert(1)>', '**[a](https://b.example)** 🏳️‍🌈', '\u202Edlog', 'W'.repeat(32)];
const KNIGHTS = ['ada', ...HOSTILE_NAMES].map((username, index) => ({
	id: `10000000000000000${index + 1}`,
	username,
	bot: false,
	operator: false,
	roles: ['Knight']
}));
const MEMBERS = [...KNIGHTS, { id: HOPPER, username: 'hopper', bot: false, operator: false, roles: [] }];
/** What the knights paid for has ended; hopper pays without a link. */
const STRIPE = {
	customers: [
		...KNIGHTS.map(({ id }) => ({ id: `cus_${id}`, metadata: { discord_id: id } })),
		{ id: 'cus_grace', email: 'grace@example.com', metadata: {} }
	],
	subscriptions: [
		...KNIGHTS.map(({ id }) => ({ id: `sub_${id}`, customer: `cus_${id}`, status: 'canceled' as const, price: 'price_knight' })),
		{ id: 'sub_grace', customer: 'cus_grace', status: 'active' as const, price: 'price_lord' }
	]
};
