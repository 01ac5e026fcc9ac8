import { describe, expect, it } from 'vitest';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { ADA, BOB, customer, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const EVE = userId(3);

/** A guild in which those listed pay and lack their role. */
function guild(...locked: readonly string[]): FakePorts {
	const ports = new FakePorts();
	for (const id of [ADA, BOB, EVE]) ports.guild.join(id);
	for (const id of locked) lockOut(ports, id);
	return ports;
}

function lockOut(ports: FakePorts, id: string): void {
	ports.billing.customers.push(customer({ id: `cus_${id}`, metadataDiscordId: id }));
	ports.billing.put(subscription({ id: `sub_${id}`, customerId: `cus_${id}` }));
}

const runsOf = (ports: FakePorts) => {
	const run = async (triggeredBy: 'scheduled' | 'manual' | 'targeted', scheduledDay?: string) => {
		ports.pass({ hours: 1 });
		const touched = triggeredBy === 'targeted' ? { touched: { discordIds: [BOB], customerIds: [] } } : {};
		const result = await runReconciliation(ports, SETTINGS, { triggeredBy, ...touched, ...(scheduledDay && { scheduledDay }) });
		return result?.news?.counts ?? null;
	};
	return { daily: (day: number) => run('scheduled', `2026-11-0${day}`), manual: () => run('manual'), targeted: () => run('targeted') };
};

describe('the news of a run', () => {
	it('of a daily run are what no daily run has reported before, also if another run has found it', async () => {
		const ports = guild(ADA);
		const { daily, manual, targeted } = runsOf(ports);
		expect(await daily(1)).toEqual({ new: 1, back: 0, known: 0 });
		lockOut(ports, BOB);
		expect(await targeted()).toBeNull();
		expect(await manual()).toEqual({ new: 1, back: 0, known: 1 });
		expect(await daily(2)).toEqual({ new: 1, back: 0, known: 1 });
		expect(await daily(3)).toEqual({ new: 0, back: 0, known: 2 });
	});

	it('of a manual run are what the last report of any kind had not', async () => {
		const ports = guild(ADA);
		const { daily, manual } = runsOf(ports);
		await daily(1);
		lockOut(ports, BOB);
		expect(await manual()).toEqual({ new: 1, back: 0, known: 1 });
		expect(await manual()).toEqual({ new: 0, back: 0, known: 2 });
	});

	it('are what a failed run would have reported', async () => {
		const ports = guild(ADA);
		const { daily } = runsOf(ports);
		await daily(1);
		lockOut(ports, EVE);
		ports.script.once('ledger.completeRun', () => {
			throw new Error('The disk is full.');
		});
		await daily(2);
		expect(await daily(3)).toEqual({ new: 1, back: 0, known: 1 });
	});

	it('name what of the last report is settled', async () => {
		const ports = guild(ADA, BOB);
		const { daily } = runsOf(ports);
		await daily(1);
		ports.guild.join(ADA, 'Knight');
		await daily(2);
		expect(ports.notifier.reports.at(-1)?.news?.settled).toEqual({ fixed: 0, undone: 0, ignored: 0, gone: 1 });
	});
});
