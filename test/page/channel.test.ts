import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage, PHONE } from '../../sandbox/browser/launch.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile } from '../end-to-end/operator.js';

describe('the channel in a browser', () => {
	let sandbox: Sandbox;
	let browser: Browser;
	const hostile = '**<img src=x>**';

	beforeAll(async () => {
		browser = await launch();
		sandbox = await Sandbox.start({
			world: {
				guild: {
					members: [
						{ id: '100000000000000001', username: 'ada', bot: false, operator: false, roles: ['Knight'] },
						{ id: '100000000000000002', username: hostile, bot: false, operator: false, roles: ['Lord'] }
					]
				},
				stripe: {
					customers: [
						{ id: 'cus_1', metadata: { discord_id: '100000000000000001' } },
						{ id: 'cus_2', metadata: { discord_id: '100000000000000002' } }
					],
					subscriptions: [
						{ id: 'sub_1', customer: 'cus_1', status: 'canceled', price: 'price_knight' },
						{ id: 'sub_2', customer: 'cus_2', status: 'canceled', price: 'price_lord' }
					]
				}
			}
		});
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
		const fix = page.getByRole('button', { name: /^Apply fix/ }).first();
		await fix.waitFor();
		await fix.click();
		// What a member loses is shown first, with a button that confirms it.
		await page.getByRole('button', { name: /^Remove (Knight|Lord) ·/ }).click();
		await sandbox.until(() => managedRolesOf(sandbox, 'ada').length === 0 || managedRolesOf(sandbox, hostile).length === 0);
		await page.reload();
		await page.getByText('Only you can see this').first().waitFor();
		expect(await page.locator('main img').count()).toBe(0);
		expect(problems).toEqual([]);
	});

	it('shows a second user the same channel without the answers of the first, within the width of a phone', async () => {
		await reconcile(sandbox);
		const { page, problems } = await openPage(browser, sandbox.url, { viewport: PHONE, colorScheme: 'light' });
		await page.getByRole('article').first().waitFor();
		expect(await page.getByText('Only you can see this').count()).toBe(0);
		await page.getByLabel('You are').selectOption('second-operator');
		await page.getByRole('article').first().waitFor();
		await expect.poll(() => sandbox.guild().members.some(({ username }) => username === 'second-operator')).toBe(true);
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
		await page.getByLabel('You are').selectOption('ada');
		await page.getByRole('heading', { name: '#general' }).waitFor();
		expect(problems).toEqual([]);
	});
});
