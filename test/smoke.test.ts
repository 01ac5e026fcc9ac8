import { expect, it } from 'vitest';
import { Sandbox } from '../sandbox/sandbox.js';
import { buttons, click, fixButtons, reconcile, refetch } from './end-to-end/operator.js';

it('runs a reconciliation, applies the first fix of its report and exits with code 0 on SIGTERM', async () => {
	const sandbox = await Sandbox.start({ world: { scenario: 'council', seed: 1 } });
	try {
		const { run, report } = await reconcile(sandbox);
		expect(run).toMatchObject({ status: 'COMPLETED' });
		expect(run.issuesFound).toBeGreaterThan(0);

		const [first] = fixButtons(report);
		if (first === undefined) throw new Error('The report has no fix button.');
		await click(sandbox, report, first.custom_id, 'operator', / (now|no longer) has /);
		await sandbox.until(() => buttons(refetch(sandbox, report)).find(({ label }) => label === first.label)?.disabled);
		expect(await sandbox.issues('FIXED')).toHaveLength(1);

		expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0 });
	} finally {
		await sandbox.stop();
	}
});
