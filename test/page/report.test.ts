import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openPage, PHONE } from '../../sandbox/browser/launch.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { reconcile } from '../end-to-end/operator.js';

/** Phone screens that a report with five issues may take, its buttons included; and the status, its chart included. */
const MAX_SCREENS = { report: 1.5, status: 1.1 };

describe('on a phone', () => {
	let sandbox: Sandbox;
	let browser: Browser;

	beforeAll(async () => {
		browser = await launch();
		sandbox = await Sandbox.start({ world: { scenario: 'council' } });
		await reconcile(sandbox);
	});
	afterAll(async () => {
		await browser?.close();
		await sandbox?.stop();
	});

	it('the report shows five of many issues, with everything that it notes, within one and a half screens', async () => {
		const { page, problems } = await openPage(browser, sandbox.url, { viewport: PHONE });
		const report = page.getByRole('article').filter({ hasText: '53 people have the wrong roles' });
		await report.waitFor();
		expect(await report.getByRole('button', { name: /^Apply fix/ }).count()).toBe(5);
		const { height = Number.POSITIVE_INFINITY } = (await report.boundingBox()) ?? {};
		console.log(`Five issues on a phone: ${Math.round(height)} px, ${(height / PHONE.height).toFixed(2)} screens.`);
		expect(height / PHONE.height).toBeLessThanOrEqual(MAX_SCREENS.report);
		expect(problems).toEqual([]);
	});

	it('the status fits about one screen, with its chart', async () => {
		const { page, problems } = await openPage(browser, sandbox.url, { viewport: PHONE });
		const box = page.getByRole('combobox', { name: 'Command' });
		await box.fill('/reconcile status');
		await box.press('Escape');
		await page.getByRole('button', { name: 'Send' }).click();
		const status = page.getByRole('article').filter({ hasText: 'Open issues: 53' });
		await status.getByRole('img').waitFor();
		const { height = Number.POSITIVE_INFINITY } = (await status.boundingBox()) ?? {};
		console.log(`The status on a phone: ${Math.round(height)} px, ${(height / PHONE.height).toFixed(2)} screens.`);
		expect(height / PHONE.height).toBeLessThanOrEqual(MAX_SCREENS.status);
		expect(problems).toEqual([]);
	});
});
