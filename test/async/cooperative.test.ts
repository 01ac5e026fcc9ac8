import { describe, expect, onTestFinished, test } from 'vitest';
import { type Cooperative, YIELD_EVERY } from '../../src/async/cooperative.js';
import { analyzeLinks, detectCooperatively, unlinkedHolders } from '../../src/reconciliation/detection/detect.js';
import type { ById } from '../../src/reconciliation/domain/by-id.js';
import { runReconciliation } from '../../src/reconciliation/runs/run.js';
import { inGuild, MAPPED, NOW, type Parts, row, snapshot, subscription, userId } from '../reconciliation/builders.js';
import { FakePorts, SETTINGS } from '../reconciliation/fakes.js';

const MANY = 3 * YIELD_EVERY + 1;
const numbers = Array.from({ length: MANY }, (_, index) => index + 1);

/** Counts what is looked at between one turn of the event loop and the next. */
class Turns {
	public longest = 0;
	private seen = 0;
	private timer: NodeJS.Immediate;

	public constructor() {
		const turn = () => {
			this.seen = 0;
			this.timer = setImmediate(turn);
		};
		this.timer = setImmediate(turn);
	}

	public *of<Thing>(things: Iterable<Thing>): IterableIterator<Thing> {
		for (const thing of things) {
			this.seen += 1;
			this.longest = Math.max(this.longest, this.seen);
			yield thing;
		}
	}

	public stop(): void {
		clearImmediate(this.timer);
	}
}

/** Many people in the guild and as many accounts: every third person holds a role. */
function crowd(turns: Turns): FakePorts {
	const ports = new FakePorts();
	const watched = <Thing>(things: ById<Thing>): ById<Thing> => ({
		size: things.size,
		has: (id) => things.has(id),
		get: (id) => things.get(id),
		values: () => turns.of(things.values())
	});
	const members = new Map(numbers.map((number) => [userId(number), inGuild(userId(number), ...(number % 3 === 0 ? ['Knight'] : []))]));
	ports.guild.readRoster = async () => ({ members: watched(members) });
	const subscriptions = numbers.map((number) =>
		subscription({ id: `sub_${number}`, customerId: `cus_${number}`, metadataDiscordId: userId(number) })
	);
	const { billing } = snapshot({ subscriptions });
	ports.billing.readAll = async () => ({ ...billing, accounts: watched(billing.accounts) });
	ports.ledger.recordFindings = async () => [];
	return ports;
}

describe('while very many are compared', () => {
	test('a command that comes meanwhile waits for a portion, not for the whole', async () => {
		const turns = new Turns();
		onTestFinished(() => turns.stop());
		const result = await runReconciliation(crowd(turns), SETTINGS);
		expect(result).toMatchObject({ status: 'COMPLETED', membersChecked: MANY });
		expect(turns.longest).toBeGreaterThanOrEqual(YIELD_EVERY);
		// What is left of one loop and the first portion of the next.
		expect(turns.longest).toBeLessThan(2 * YIELD_EVERY);
	});

	test('every loop over rows, accounts, members or people is cut into portions', () => {
		const rows = numbers.map((number) => row({ id: `m_${number}`, discordId: userId(number) }));
		const portions = (parts: Parts) => {
			const seen = snapshot(parts);
			const first = counted(analyzeLinks(seen, MAPPED, NOW));
			const second = counted(unlinkedHolders(seen, first.result));
			const third = counted(detectCooperatively(seen, first.result, MAPPED, NOW));
			return [first.portions, second.portions, third.portions];
		};
		const guild = numbers.map((number) => inGuild(userId(number)));
		const subscriptions = numbers.map((number) => subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
		expect(portions({})).toEqual([0, 0, 0]);
		expect(portions({ rows })).toEqual([3, 0, 3]);
		expect(portions({ subscriptions })).toEqual([3, 0, 0]);
		expect(portions({ guild })).toEqual([0, 3, 3]);
	});
});

function counted<Result>(work: Cooperative<Result>): { readonly portions: number; readonly result: Result } {
	for (let portions = 0; ; portions += 1) {
		const { done, value } = work.next();
		if (done) return { portions, result: value };
	}
}
