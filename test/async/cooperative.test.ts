import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cooperative, YIELD_EVERY } from '../../src/async/cooperative.js';
import { analyzeLinks, detectCooperatively, unlinkedHolders } from '../../src/reconciliation/detection/detect.js';
import type { ById } from '../../src/reconciliation/domain/by-id.js';
import { runReconciliation } from '../../src/reconciliation/runs/run.js';
import { inGuild, MAPPED, NOW, type Parts, row, snapshot, subscription, userId } from '../reconciliation/builders.js';
import { FakePorts, SETTINGS } from '../reconciliation/fakes.js';

const MANY = 3 * YIELD_EVERY + 1;
const numbers = Array.from({ length: MANY }, (_, index) => index + 1);

/** Counts the items visited within one turn of the event loop. */
class LoopTurns {
	public maxVisited = 0;
	private visited = 0;
	private timer: NodeJS.Immediate;

	public constructor() {
		const turn = () => {
			this.visited = 0;
			this.timer = setImmediate(turn);
		};
		this.timer = setImmediate(turn);
	}

	public *of<Item>(items: Iterable<Item>): IterableIterator<Item> {
		for (const item of items) {
			this.visited += 1;
			this.maxVisited = Math.max(this.maxVisited, this.visited);
			yield item;
		}
	}

	public stop(): void {
		clearImmediate(this.timer);
	}
}

/** Many members and as many accounts; every third member has a role. */
function largeGuild(turns: LoopTurns): FakePorts {
	const ports = new FakePorts();
	const watched = <Item>(items: ById<Item>): ById<Item> => ({
		size: items.size,
		has: (id) => items.has(id),
		get: (id) => items.get(id),
		values: () => turns.of(items.values())
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

describe('a run over many members', () => {
	it('returns to the event loop after every few thousand items', async () => {
		const turns = new LoopTurns();
		onTestFinished(() => turns.stop());
		const result = await runReconciliation(largeGuild(turns), SETTINGS);
		expect(result).toMatchObject({ status: 'COMPLETED', membersChecked: MANY });
		expect(turns.maxVisited).toBeGreaterThanOrEqual(YIELD_EVERY);
		// The rest of one loop and the beginning of the next may share a turn.
		expect(turns.maxVisited).toBeLessThan(2 * YIELD_EVERY);
	});

	it('yields in every loop over rows, accounts, members and links', () => {
		const rows = numbers.map((number) => row({ id: `m_${number}`, discordId: userId(number) }));
		const yieldsFor = (parts: Parts) => {
			const read = snapshot(parts);
			const first = countYields(analyzeLinks(read, MAPPED, NOW));
			const second = countYields(unlinkedHolders(read, first.result));
			const third = countYields(detectCooperatively(read, first.result, MAPPED, NOW));
			return [first.yields, second.yields, third.yields];
		};
		const guild = numbers.map((number) => inGuild(userId(number)));
		const subscriptions = numbers.map((number) => subscription({ id: `sub_${number}`, customerId: `cus_${number}` }));
		expect(yieldsFor({})).toEqual([0, 0, 0]);
		expect(yieldsFor({ rows })).toEqual([3, 0, 3]);
		expect(yieldsFor({ subscriptions })).toEqual([3, 0, 0]);
		expect(yieldsFor({ guild })).toEqual([0, 3, 3]);
	});
});

function countYields<Result>(work: Cooperative<Result>): { readonly yields: number; readonly result: Result } {
	for (let yields = 0; ; yields += 1) {
		const { done, value } = work.next();
		if (done) return { yields, result: value };
	}
}
