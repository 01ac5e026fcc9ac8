import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { REPOSITORY } from '../bot/repository.js';
import { firstRun } from '../first-run.js';
import { Sandbox } from '../sandbox.js';
import { DESKTOP, launch, openPage, PHONE } from './launch.js';

/** `npm run screenshots`: pictures of what an operator sees, for the documentation. */

const FOLDER = join(REPOSITORY, 'docs', 'images');
const SCHEMES = ['light', 'dark'] as const;
/** As wide as Discord shows a channel on either, and taller than any message. */
const CHANNELS = { desktop: { width: 760, height: 2_400 }, phone: { width: PHONE.width, height: 2_400 } };
/** Tall enough for the report. */
const PAGE = { width: DESKTOP.width, height: 920 };
/** A mail is long: its beginning is enough. */
const MAILS = { desktop: { width: 680, height: 720 }, phone: { width: PHONE.width, height: 720 } };
/** A message touches the edges of its picture otherwise. */
const MARGIN = '.message { padding-block: 10px }';

interface Subject {
	readonly name: string;
	/** What the operator types, if the picture is of the answer to it. */
	readonly command?: string;
	/** Text of the message. */
	readonly text: RegExp;
}

interface View {
	readonly size: string;
	readonly viewport: typeof DESKTOP;
	readonly colorScheme: (typeof SCHEMES)[number];
}

async function main(): Promise<void> {
	const browser = await launch();
	const sandbox = await Sandbox.start({ world: { scenario: 'council' }, env: { RECONCILIATION_EVENTS_SECONDS: null } });
	try {
		await firstRun(sandbox);
		await mkdir(FOLDER, { recursive: true });
		for (const colorScheme of SCHEMES) await takePage(browser, sandbox, { size: 'desktop', viewport: PAGE, colorScheme });
		await takeMail(browser, sandbox);
		const [issue] = await sandbox.issues('OPEN');
		await takeMessages(browser, sandbox, [
			{ name: 'report', text: /people have the wrong roles/ },
			{ name: 'status', command: '/reconcile status', text: /Next run/ },
			{ name: 'why', command: `/reconcile why member:${issue?.discordId}`, text: /Show details/ }
		]);
		// More people have access without paying than the safety check lets automatic fixes take it from.
		await sandbox.restart('SIGTERM', { RECONCILIATION_AUTO_FIX: 'true', RECONCILIATION_EVENTS_SECONDS: '0' });
		await firstRun(sandbox);
		await sandbox.until(() => sandbox.messages()[0]?.embeds[0]?.description?.startsWith('Closed'));
		await takeMessages(browser, sandbox, [{ name: 'hold', text: /Stopped for your approval/ }]);
	} finally {
		await browser.close();
		await sandbox.stop();
	}
}

function viewsOf(sizes: Readonly<Record<string, typeof DESKTOP>>): View[] {
	return Object.entries(sizes).flatMap(([size, viewport]) => SCHEMES.map((colorScheme) => ({ size, viewport, colorScheme })));
}

const pathOf = (name: string, { size, colorScheme }: View): string => join(FOLDER, `${name}-${size}-${colorScheme}.png`);

/** The page of the sandbox, as it opens. */
async function takePage(browser: Browser, sandbox: Sandbox, view: View): Promise<void> {
	const { page } = await openPage(browser, sandbox.url, view);
	await page.getByRole('article').first().waitFor();
	await page.screenshot({ path: pathOf('page', view) });
	await page.context().close();
}

/** A message alone, with its buttons. */
async function takeMessages(browser: Browser, sandbox: Sandbox, subjects: readonly Subject[]): Promise<void> {
	for (const view of viewsOf(CHANNELS)) {
		const { page } = await openPage(browser, sandbox.url, view);
		await page.getByRole('article').first().waitFor();
		for (const { name, command, text } of subjects) {
			if (command !== undefined) await give(page, command);
			const message = page.getByRole('article').filter({ hasText: text, hasNotText: 'Thinking…' }).last();
			await message.waitFor();
			await message.screenshot({ path: pathOf(name, view), style: MARGIN });
		}
		await page.context().close();
	}
}

/** Types the command and sends it. */
async function give(page: Page, command: string): Promise<void> {
	const box = page.getByRole('combobox', { name: 'Command' });
	await box.fill(command);
	await box.press('Escape');
	await page.getByRole('button', { name: 'Send' }).click();
}

/** The mail about the report, as a mail program shows it. */
async function takeMail(browser: Browser, sandbox: Sandbox): Promise<void> {
	const { html } = await sandbox.until(() => sandbox.mail.inbox().at(-1));
	for (const view of viewsOf(MAILS)) {
		const page = await browser.newPage(view);
		await page.setContent(html ?? '');
		await page.screenshot({ path: pathOf('mail', view) });
		await page.close();
	}
}

await main();
