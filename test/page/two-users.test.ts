import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage, PHONE } from '../../sandbox/browser/launch.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile } from '../end-to-end/operator.js';

const ADA = '100000000000000001';

describe('two users at once', () => {
	let sandbox: Sandbox;
	let browser: Browser;

	beforeAll(async () => {
		browser = await launch();
		sandbox = await Sandbox.start({
			world: {
				guild: { members: [{ id: ADA, username: 'ada', bot: false, operator: false, roles: [] }] },
				stripe: {
					customers: [{ id: 'cus_1', metadata: { discord_id: ADA } }],
					subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_knight' }]
				}
			}
		});
		await reconcile(sandbox);
	});
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
	});

	/** A page in a session of its own. */
	async function pageOf(user: string): Promise<{ page: Page; problems: string[] }> {
		const opened = await openPage(browser, sandbox.url, { viewport: PHONE, colorScheme: 'light' });
		await opened.page.getByRole('article').first().waitFor();
		await opened.page.getByLabel('You are').selectOption(user);
		return opened;
	}

	it('fixes once when both press the same button, and answers each alone', async () => {
		const first = await pageOf('operator');
		const second = await pageOf('second-operator');
		const press = ({ page }: { page: Page }) => page.getByRole('button', { name: 'Apply fix 1 · Grant Knight' }).click();
		await Promise.all([press(first), press(second)]);
		for (const { page } of [first, second]) await page.getByText('Only you can see this').waitFor();
		await sandbox.until(() => managedRolesOf(sandbox, ADA).includes('Knight'));
		// The button is gone from the report, for both.
		for (const { page } of [first, second]) {
			await expect.poll(() => page.getByRole('button', { name: 'Apply fix 1 · Grant Knight', disabled: false }).count()).toBe(0);
			expect(await page.getByText('Only you can see this').count()).toBe(1);
		}
		expect(sandbox.guild().auditLog.filter(({ targetId }) => targetId === ADA)).toHaveLength(1);
		expect([...first.problems, ...second.problems]).toEqual([]);
	});

	it('shows an ordinary member the channel that members see', async () => {
		const { page, problems } = await pageOf('ada');
		await page.getByRole('heading', { name: '#general' }).waitFor();
		expect(await page.getByRole('article').count()).toBe(0);
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
		expect(problems).toEqual([]);
	});
});
