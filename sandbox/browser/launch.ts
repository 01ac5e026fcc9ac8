import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The system's Chromium, and a page that records what went wrong on it. */

const PLACES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'
];

export const DESKTOP = { width: 1_280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** @throws Error that says how to install Chromium if there is none */
export function launch(): Promise<Browser> {
	const executablePath = process.env.CHROME_PATH ?? PLACES.find((path) => existsSync(path));
	if (!executablePath)
		throw new Error('No Chromium found. Install it (Debian: apt-get install -y chromium), or set CHROME_PATH to the path of Chrome.');
	// Chromium's own sandbox does not start for root, as in a container.
	return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** A page with its own session. `problems` collects console errors, exceptions, and requests to other servers. */
export async function openPage(
	browser: Browser,
	url: string,
	{ viewport = DESKTOP, colorScheme = 'dark' }: { viewport?: typeof DESKTOP; colorScheme?: 'light' | 'dark' } = {}
): Promise<{ page: Page; problems: string[] }> {
	const context = await browser.newContext({ viewport, colorScheme });
	const page = await context.newPage();
	const problems: string[] = [];
	page.on('console', (message) => {
		if (message.type() === 'error') problems.push(message.text());
	});
	page.on('pageerror', (error) => problems.push(error.message));
	page.on('request', (request) => {
		if (!request.url().startsWith(url) && !request.url().startsWith('data:')) problems.push(`Request to ${request.url()}`);
	});
	await page.goto(url);
	return { page, problems };
}
