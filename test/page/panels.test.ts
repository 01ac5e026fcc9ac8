import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, launch, openPage, PHONE } from '../../sandbox/browser/launch.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile } from '../end-to-end/operator.js';
import { expectAccessible } from './accessible.js';

const ADA = '100000000000000001';
const HOPPER = '100000000000000009';
const HOSTILE = '<img src=x onerror=alert(1)>';
const LONG = '🏰'.repeat(16);
const person = (id: string, username: string, roles: string[] = []) => ({ id, username, bot: false, operator: false, roles });
/** More than the panel lists at once. */
const CROWD = Array.from({ length: 60 }, (_, index) => person(`2000000000000000${String(index).padStart(2, '0')}`, `crowd${index}`));

const WORLD = {
	guild: {
		members: [
			person(ADA, 'ada', ['Knight']),
			person(HOPPER, 'hopper'),
			person('100000000000000002', HOSTILE),
			person('100000000000000003', LONG),
			person('100000000000000004', '\u202Edlog'),
			...CROWD
		]
	},
	stripe: {
		customers: [
			{ id: 'cus_ada', email: 'ada@example.com', metadata: { discord_id: ADA } },
			{ id: 'cus_hopper', email: 'grace@example.com' },
			{ id: 'cus_long', email: `${HOSTILE}@example.com`, metadata: { discord_id: '100000000000000002' } }
		],
		subscriptions: [
			{ id: 'sub_ada', customer: 'cus_ada', status: 'active' as const, price: 'price_knight' },
			{ id: 'sub_hopper', customer: 'cus_hopper', status: 'active' as const, price: 'price_lord' },
			{ id: 'sub_long', customer: 'cus_long', status: 'active' as const, price: 'price_knight' }
		]
	},
	database: { members: [{ id: 'member_1', discordId: HOPPER, stripeCustomerId: 'cus_hopper' }] }
};

describe('the panels beside the channel', () => {
	let sandbox: Sandbox;
	let browser: Browser;

	beforeAll(async () => {
		browser = await launch();
		sandbox = await Sandbox.start({ world: WORLD });
		await reconcile(sandbox);
	});
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
	});

	async function open(panel: string, viewport = DESKTOP): Promise<{ page: Page; problems: string[] }> {
		const opened = await openPage(browser, sandbox.url, { viewport });
		await opened.page.getByRole('article').first().waitFor();
		await opened.page.getByRole('link', { name: panel, exact: true }).click();
		return opened;
	}

	it('finds a member, revokes a role by hand, and names who did it', async () => {
		const { page, problems } = await open('Members');
		await page.getByText('The first 50 of 68 members.').waitFor();
		await page.getByLabel('Name or Discord ID').fill('ADA');
		await page.locator('summary').filter({ hasText: 'ada' }).click();
		await page.getByRole('button', { name: 'Revoke Knight' }).click();
		await page.getByRole('button', { name: 'Grant Knight', exact: true }).waitFor();
		expect(managedRolesOf(sandbox, ADA)).toEqual([]);
		const { operatorId } = sandbox.discord.ids;
		expect(sandbox.guild().auditLog.findLast(({ targetId }) => targetId === ADA)).toMatchObject({ userId: operatorId });
		await page.getByRole('button', { name: 'Grant Knight', exact: true }).click();
		await expect.poll(() => managedRolesOf(sandbox, ADA)).toEqual(['Knight']);
		expect(await page.getByLabel('Name or Discord ID').inputValue()).toBe('ADA');
		expect(problems).toEqual([]);
	});

	it('lets a member leave and join again, and a new one join, by keyboard', async () => {
		const { page, problems } = await open('Members');
		await page.getByLabel('Name or Discord ID').fill('crowd7');
		await page.locator('summary').filter({ hasText: 'crowd7' }).press('Enter');
		await page.getByRole('button', { name: 'Leave the server' }).press('Enter');
		await page.getByRole('button', { name: 'Rejoin as crowd7' }).waitFor();
		expect(sandbox.guild().members.some(({ username }) => username === 'crowd7')).toBe(false);
		await page.getByRole('button', { name: 'Rejoin as crowd7' }).press('Enter');
		await page.locator('summary').filter({ hasText: 'crowd7' }).waitFor();
		await page.getByLabel('Name', { exact: true }).fill('lovelace');
		await page.getByLabel('Name', { exact: true }).press('Enter');
		await expect.poll(() => sandbox.guild().members.some(({ username }) => username === 'lovelace')).toBe(true);
		expect(sandbox.guild().members.some(({ username }) => username === 'crowd7')).toBe(true);
		expect(problems).toEqual([]);
	});

	it("opens a member's subscriptions, also where only the database links them, and changes one", async () => {
		const { page, problems } = await open('Members');
		await page.getByLabel('Name or Discord ID').fill('hopper');
		await page.locator('summary').filter({ hasText: 'hopper' }).click();
		await page.getByRole('button', { name: 'Subscriptions' }).click();
		const summary = page.locator('summary').filter({ hasText: 'grace@example.com · @hopper' });
		await summary.click();
		await page.getByText('1 subscription.').waitFor();
		await page.getByLabel('Change the price to').selectOption({ label: 'Newsletter, $5.00 a month' });
		await page.getByRole('button', { name: 'Change', exact: true }).click();
		await summary.filter({ hasText: 'Newsletter' }).waitFor();
		expect(sandbox.stripe.get('subscriptions', 'sub_hopper')).toMatchObject({ price: 'price_newsletter' });
		expect(problems).toEqual([]);
	});

	it('fails, pays, refunds, disputes, ends and renews a subscription', async () => {
		const { page, problems } = await open('Subscriptions');
		await page.getByLabel('Email, name, or an ID').fill('sub_ada');
		await page.getByText('1 subscription.').waitFor();
		const summary = page.locator('summary').filter({ hasText: 'ada@example.com' });
		await summary.click();
		const press = async (name: string) => {
			await page.getByRole('button', { name, exact: true }).click();
			await page.getByText(`✓ Done: ${name}.`).waitFor();
		};
		const status = () => sandbox.stripe.get('subscriptions', 'sub_ada');
		await press('Fail a payment');
		expect(status()).toMatchObject({ status: 'past_due' });
		await press('Give up collecting');
		expect(status()).toMatchObject({ status: 'unpaid' });
		await press('Pay');
		expect(status()).toMatchObject({ status: 'active' });
		await press('Refund');
		expect(sandbox.stripe.refunds()).toHaveLength(1);
		await press('Cancel at period end');
		await summary.filter({ hasText: 'ends with its period' }).waitFor();
		await press('Do not cancel');
		await press('Let the period end');
		expect(status()).toMatchObject({ status: 'active', cancel_at_period_end: false });
		await press('Dispute');
		expect(sandbox.stripe.disputes()).toHaveLength(1);
		await press('Cancel now');
		expect(status()).toMatchObject({ status: 'canceled' });
		await expectAccessible(page);
		expect(problems).toEqual([]);
	});

	it('sells a member a subscription, and says why it cannot', async () => {
		const { page, problems } = await open('Subscriptions');
		await page.getByLabel('Member: name or Discord ID').fill('stranger');
		await page.getByRole('button', { name: 'Create' }).click();
		await page.getByRole('alert').filter({ hasText: 'No member is called stranger.' }).waitFor();
		await page.getByLabel('Member: name or Discord ID').fill('crowd1');
		await page.getByRole('button', { name: 'Create' }).click();
		await page.locator('summary').filter({ hasText: 'crowd1@example.com · @crowd1' }).waitFor();
		expect(await page.getByRole('alert').count()).toBe(0);
		expect(problems).toEqual([]);
	});

	it('shows a mail as a mail program does, and its text', async () => {
		const { page, problems } = await open('Inbox');
		const [mail] = sandbox.mail.inbox();
		await page.getByRole('button', { name: mail?.subject ?? '' }).click();
		const rendered = page.frameLocator('iframe[title="The mail, rendered"]');
		await rendered
			.getByText(/\d+ (people have|person has) the wrong role/)
			.first()
			.waitFor();
		await page.getByText('operator@sandbox.test').first().waitFor();
		const { scrolls } = (await rendered.locator('html').evaluate('({ scrolls: document.documentElement.scrollHeight > innerHeight })')) as {
			scrolls: boolean;
		};
		expect(scrolls).toBe(false);
		await page.getByRole('button', { name: 'Text', exact: true }).click();
		await page.getByLabel('Text of the mail').waitFor();
		expect(await page.locator('iframe').count()).toBe(0);
		// Not before: axe-core waits for its script in the frame, which runs none.
		await expectAccessible(page);
		expect(problems).toEqual([]);
	});

	it('switches a fault on and off in two tabs, one of several alone, and what scripts added', async () => {
		const first = await open('Faults');
		const second = await open('Faults', PHONE);
		const isOn = (page: Page, name: string) => expect.poll(() => page.getByRole('switch', { name }).isChecked());
		await first.page.getByRole('switch', { name: 'Stripe answers with errors' }).click();
		await isOn(second.page, 'Stripe answers with errors').toBe(true);
		await second.page.getByRole('switch', { name: 'The mail server refuses' }).press('Space');
		await isOn(first.page, 'The mail server refuses').toBe(true);
		await second.page.getByRole('switch', { name: 'Stripe answers with errors' }).press('Space');
		await isOn(first.page, 'Stripe answers with errors').toBe(false);
		expect(sandbox.faults.list().map(({ target, kind }) => `${target} ${kind}`)).toEqual(['smtp refuse']);
		sandbox.faults.add({ target: 'stripe', kind: 'empty', match: '/v1/events' });
		await first.page.getByRole('button', { name: 'Switch off target: stripe, kind: empty, match: /v1/events' }).click();
		await expect.poll(() => sandbox.faults.list()).toHaveLength(1);
		await first.page.getByRole('switch', { name: 'key may not read invoices' }).click();
		await isOn(second.page, 'key may not read invoices').toBe(true);
		await expectAccessible(first.page);
		await second.page.getByRole('button', { name: 'All off' }).click();
		await isOn(first.page, 'key may not read invoices').toBe(false);
		await isOn(first.page, 'The mail server refuses').toBe(false);
		expect(sandbox.faults.list()).toEqual([]);
		expect([...first.problems, ...second.problems]).toEqual([]);
	});

	it('finds requests by service and text', async () => {
		const { page, problems } = await open('Requests');
		await page.getByRole('combobox', { name: 'To', exact: true }).selectOption('stripe');
		await page.getByLabel('In the path, the method or the status').fill('invoices');
		const items = page.locator('.requests > li');
		await expect.poll(async () => (await items.allTextContents()).every((text) => text.includes('/v1/invoices'))).toBe(true);
		expect(await items.count()).toBeGreaterThan(0);
		await page.getByLabel('In the path, the method or the status').fill('no such path');
		await page.getByText('None matches.').waitFor();
		expect(problems).toEqual([]);
	});

	it('shows hostile names as text, on a phone without scrolling sideways', async () => {
		const { page, problems } = await open('Members', PHONE);
		await page.locator('summary').filter({ hasText: HOSTILE }).first().click();
		await page.locator('summary').filter({ hasText: LONG }).first().waitFor();
		await expectAccessible(page);
		for (const part of ['Subscriptions', 'Inbox', 'Faults', 'Requests', 'World', 'Members']) {
			await page.getByRole('link', { name: part, exact: true }).click();
			await page.getByRole('complementary', { name: part }).waitFor();
			expect(await page.locator('.panel img, .panel script').count()).toBe(0);
			expect(await page.evaluate("document.querySelector('.panel').scrollWidth - document.querySelector('.panel').clientWidth")).toBe(0);
			expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
		}
		expect(problems).toEqual([]);
	});
});

it('restarts and kills the bot, and loads another world in which two tabs go on', async () => {
	const browser = await launch();
	const sandbox = await Sandbox.start({ world: WORLD });
	try {
		await reconcile(sandbox);
		const { page, problems } = await openPage(browser, sandbox.url);
		await page.getByRole('link', { name: 'World', exact: true }).click();
		const other = await openPage(browser, sandbox.url);
		await other.page.getByRole('article').first().waitFor();
		// An answer of the old world, which the new one does not have.
		await other.page.getByRole('combobox', { name: 'Command' }).fill('/reconcile status');
		await other.page.getByRole('button', { name: 'Send' }).click();
		await other.page.getByText('Only you can see this').waitFor();
		const pid = () => sandbox.state().bot.pid;
		for (const name of ['Restart', 'Kill and start']) {
			const before = pid();
			await page.getByRole('button', { name, exact: true }).click();
			await expect.poll(() => pid() !== before && sandbox.state().ready, { timeout: 60_000 }).toBe(true);
			await page.getByText(`Running as process ${pid()}`).waitFor();
		}
		await page.getByLabel('The newest lines of the log').filter({ hasText: 'Logged in as Reeve' }).waitFor();
		await expectAccessible(page);
		await page.getByLabel('Scenario').selectOption('metropolis');
		await page.getByLabel('Members, at least').fill('300');
		await page.getByRole('button', { name: 'Load', exact: true }).click();
		await page.getByText('Loading.').waitFor();
		await page.getByText('metropolis is loaded, with seed 1').waitFor();
		await page.getByRole('article').filter({ hasText: 'people have the wrong roles' }).waitFor();
		const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Download the issues/ }).click()]);
		expect(download.suggestedFilename()).toBe('expected-issues.json');
		await other.page.getByRole('article').filter({ hasText: 'people have the wrong roles' }).waitFor();
		expect(await other.page.getByText('Only you can see this').count()).toBe(0);
		const command = other.page.getByRole('combobox', { name: 'Command' });
		await sandbox.until(async () => {
			await command.fill('');
			await command.fill('/reconcile stat');
			return other.page.getByRole('option', { name: '/reconcile status' }).isVisible();
		});
		await command.fill('/reconcile status');
		await other.page.getByRole('button', { name: 'Send' }).click();
		await other.page.getByText('Only you can see this').waitFor();
		expect([...problems, ...other.problems]).toEqual([]);
	} finally {
		await browser.close();
		await sandbox.stop();
	}
});
