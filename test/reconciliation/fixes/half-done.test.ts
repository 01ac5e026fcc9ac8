import { describe, expect, it } from 'vitest';
import type { FixOrder } from '../../../src/reconciliation/fixes/fix.js';
import { type HalfDoneStore, resumeHalfDone } from '../../../src/reconciliation/fixes/half-done.js';
import { recoverInterruptedAttempts } from '../../../src/reconciliation/fixes/recover.js';
import { undoFix } from '../../../src/reconciliation/fixes/undo.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { ADA, customer, only, subscription } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const AUTO_FIX = { ...SETTINGS, autoFix: true };

/** Ada pays for Lord and holds Knight and Debtor. */
async function found() {
	const ports = new FakePorts();
	ports.billing.customers = [customer({ metadataDiscordId: ADA })];
	ports.billing.put(subscription({ prices: ['price_lord'] }));
	ports.guild.join(ADA, 'Knight', 'Debtor');
	const issue = only((await runReconciliation(ports, SETTINGS))?.issues ?? []);
	const order = { issueId: issue.id, planHash: issue.planHash, actor: '42', runId: 'run_1' };
	return { ports, order };
}

/** The attempt in progress is stopped, and recovered by the next process. */
async function crashAndRecover(ports: FakePorts, work: () => Promise<unknown>) {
	ports.script.once('guild.removeRole', () => {
		throw new Error('SIGKILL');
	});
	await expect(work()).rejects.toThrow('SIGKILL');
	ports.pass({ seconds: 31 });
	await recoverInterruptedAttempts(ports);
}

const storeOf = (ports: FakePorts, halfDone: Partial<HalfDoneStore>) =>
	Object.assign(ports.ledger, { halfDoneFixes: async () => [], halfDoneUndos: async () => [], ...halfDone });

describe('resumeHalfDone', () => {
	it('applies the rest of a fix', async () => {
		const { ports, order } = await found();
		await crashAndRecover(ports, () => resumeHalfDone(ports, storeOf(ports, { halfDoneFixes: async () => [order] }), SETTINGS));
		const resumed = await resumeHalfDone(ports, storeOf(ports, { halfDoneFixes: async () => [order] }), SETTINGS);
		expect(resumed.fixes).toMatchObject([{ order, result: { outcome: 'FIXED', rolesBefore: ['Debtor', 'Knight', 'Lord'] } }]);
		expect(ports.guild.holds(ADA)).toEqual(['Lord']);
	});

	it('does the rest of an undo', async () => {
		const { ports, order } = await found();
		await resumeHalfDone(ports, storeOf(ports, { halfDoneFixes: async () => [order] }), SETTINGS);
		const undo = { attemptId: 'attempt_1', actor: '7', exemptionReason: 'Fix undone by grace' };
		await crashAndRecover(ports, () => undoFix(ports, ports.ledger, undo));
		const resumed = await resumeHalfDone(ports, storeOf(ports, { halfDoneUndos: async () => [undo] }), SETTINGS);
		expect(resumed.undos).toMatchObject([{ order: undo, result: { outcome: 'UNDONE' } }]);
		expect(ports.guild.holds(ADA)).toEqual(['Debtor', 'Knight']);
		expect(ports.ledger.exemptions.at(-1)).toMatchObject({ reason: 'Fix undone by grace' });
	});

	it.each([
		['off', SETTINGS, 0],
		['on', AUTO_FIX, 1]
	])('treats an automatic fix as the setting says: %s', async (_, settings, fixes) => {
		const { ports, order } = await found();
		const automatic: FixOrder = { ...order, actor: 'reeve' };
		const resumed = await resumeHalfDone(ports, storeOf(ports, { halfDoneFixes: async () => [automatic] }), settings);
		expect(resumed.fixes).toHaveLength(fixes);
	});

	it('starts nothing during a shutdown', async () => {
		const { ports, order } = await found();
		ports.shouldContinue = () => false;
		const undo = { attemptId: 'attempt_1', actor: '7' };
		const store = storeOf(ports, { halfDoneFixes: async () => [order], halfDoneUndos: async () => [undo] });
		expect(await resumeHalfDone(ports, store, SETTINGS)).toEqual({ fixes: [], undos: [] });
	});
});
