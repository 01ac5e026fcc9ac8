import { expect, it, onTestFinished } from 'vitest';
import { launch, openPage } from '../../sandbox/browser/launch.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { managedRolesOf, reconcile } from '../end-to-end/operator.js';

const ISSUES = 5_000;
const idOf = (index: number) => `1000000000000${String(index).padStart(5, '0')}`;

it('shows a report of 5,000 issues, its private copy, and fixes one in the copy', async () => {
	const browser = await launch();
	onTestFinished(() => browser.close());
	const indexes = Array.from({ length: ISSUES }, (_, index) => index);
	const sandbox = await Sandbox.start({
		world: {
			guild: { members: indexes.map((index) => ({ id: idOf(index), username: `user${index}`, bot: false, operator: false, roles: [] })) },
			stripe: {
				customers: indexes.map((index) => ({ id: `cus_${index}`, metadata: { discord_id: idOf(index) } })),
				subscriptions: indexes.map((index) => ({ id: `sub_${index}`, customer: `cus_${index}`, status: 'active', price: 'price_knight' }))
			}
		}
	});
	onTestFinished(() => sandbox.stop());
	// Not the three seconds of Discord: this is about the page, on whatever machine.
	sandbox.discord.setLimits({ interactionSeconds: 60 });
	await reconcile(sandbox);
	const { page, problems } = await openPage(browser, sandbox.url);
	await page.getByRole('article').filter({ hasText: '5,000 people have the wrong roles' }).waitFor();
	await page.getByRole('button', { name: 'All 5,000…' }).click();
	const copy = page.getByRole('article').filter({ hasText: 'Only you can see this' });
	await copy.getByRole('button', { name: 'Next ▶' }).click();
	await copy.getByRole('button', { name: 'Apply fix 6 · Grant Knight' }).click();
	await sandbox.until(() => indexes.some((index) => managedRolesOf(sandbox, idOf(index)).length === 1));
	// A member of a large guild, whom the list of users does not have, is reached through a mention.
	await copy
		.getByRole('button', { name: /^@user/ })
		.last()
		.click();
	await page.getByRole('button', { name: /^Use this page as user/ }).click();
	await page.getByRole('heading', { name: '#general' }).waitFor();
	expect(problems).toEqual([]);
});
