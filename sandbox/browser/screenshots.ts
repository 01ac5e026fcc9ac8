import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { REPOSITORY } from '../bot/repository.js';
import { firstRun } from '../first-run.js';
import { Sandbox } from '../sandbox.js';
import { DESKTOP, launch, openPage, PHONE } from './launch.js';

/** `npm run screenshots`: pictures of what an operator sees, for the documentation. */

const FOLDER = join(REPOSITORY, 'docs', 'images');
const SIZES = { desktop: DESKTOP, phone: PHONE };

/** What a picture shows: the command that an operator gives, if any, about a member of the report, and the text that its answer has. */
const PICTURES: readonly { name: string; command?: (member: string) => string; answer: RegExp }[] = [
	{ name: 'report', answer: /people have the wrong roles/ },
	{ name: 'status', command: () => '/reconcile status', answer: /Next run/ },
	{ name: 'why', command: (member) => `/reconcile why member:${member}`, answer: /Only you can see this/ }
];

async function main(): Promise<void> {
	const browser = await launch();
	const sandbox = await Sandbox.start({ world: { scenario: 'council' } });
	try {
		await firstRun(sandbox);
		const [issue] = await sandbox.issues('OPEN');
		const member = issue?.discordId ?? '';
		await mkdir(FOLDER, { recursive: true });
		for (const [size, viewport] of Object.entries(SIZES)) {
			for (const colorScheme of ['light', 'dark'] as const) await takeAll(browser, sandbox, { size, viewport, colorScheme, member });
		}
	} finally {
		await browser.close();
		await sandbox.stop();
	}
}

async function takeAll(
	browser: Browser,
	sandbox: Sandbox,
	{ size, viewport, colorScheme, member }: { size: string; viewport: typeof DESKTOP; colorScheme: 'light' | 'dark'; member: string }
): Promise<void> {
	for (const { name, command, answer } of PICTURES) {
		const { page } = await openPage(browser, sandbox.url, { viewport, colorScheme });
		await page.getByRole('article').first().waitFor();
		if (command !== undefined) await give(page, command(member));
		const message = page.getByRole('article').filter({ hasText: answer, hasNotText: 'Thinking…' }).last();
		await message.waitFor();
		await message.evaluate((element: { scrollIntoView(options: object): void }) => element.scrollIntoView({ block: 'start' }));
		await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
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

await main();
