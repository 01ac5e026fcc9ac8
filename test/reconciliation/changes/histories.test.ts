import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../src/reconciliation/changes/change.js';
import { drain } from '../../../src/reconciliation/changes/drain.js';
import type { BillingEvent, BillingEvents } from '../../../src/reconciliation/changes/event-cursor.js';
import { pollEvents } from '../../../src/reconciliation/changes/poll-events.js';
import type { Touched } from '../../../src/reconciliation/domain/run.js';
import { RunInProgressError } from '../../../src/reconciliation/runs/run.js';
import { Killed, MemoryChangeStore } from './memory-store.js';

/** Random histories of a server: changes, readings, runs and crashes in any order. In the end, no change may be missing from the runs. */

const SETTLE_MS = 30_000;
/** Less than the delay that the cursor allows for. */
const MAX_LATE_MS = 50_000;
const PAGE = 3;
const SUBJECTS: readonly Subject[] = ['customer:a', 'customer:b', 'customer:c', 'member:1', 'member:2'];

type Step =
	| { readonly kind: 'change'; readonly subject: number; readonly lateMs: number }
	| { readonly kind: 'wait'; readonly ms: number }
	| { readonly kind: 'webhook' }
	| { readonly kind: 'poll' | 'restart' }
	| { readonly kind: 'compare'; readonly outcome: 'completed' | 'failed' | 'busy'; readonly meanwhile: readonly number[] }
	| { readonly kind: 'kill'; readonly afterSteps: number };

const index = fc.nat({ max: SUBJECTS.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant('change' as const), subject: index, lateMs: fc.nat({ max: MAX_LATE_MS }) }) },
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 70_000 }) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('webhook' as const) }) },
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant('poll' as const) }) },
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constant('compare' as const),
			outcome: fc.constantFrom('completed' as const, 'completed' as const, 'failed' as const, 'busy' as const),
			meanwhile: fc.array(index, { maxLength: 2 })
		})
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), afterSteps: fc.integer({ min: 1, max: 9 }) }) }
);

class Server {
	public readonly store = new MemoryChangeStore();
	private ms = 0;
	/** Subject → how often it changed. */
	public readonly state = new Map<Subject, number>();
	/** Subject → the state that a run saw. */
	public readonly seen = new Map<Subject, number>();
	/** In the order in which runs found them. */
	public readonly reports: string[] = [];
	private readonly events: (BillingEvent & { readonly visibleAtMs: number })[] = [];
	private lastFullRunAt: Date | null = null;
	private process = 0;
	private alive = true;

	private readonly now = () => new Date(this.ms);
	private readonly when = () => ({ settleMs: SETTLE_MS, now: this.now() });

	/** Stripe lists events by their time, each from some moment on. */
	private readonly list: BillingEvents = {
		readEvents: async (after) => {
			const visible = this.visible();
			const from = after === null ? 0 : visible.findIndex(({ id }) => id === after) + 1;
			const newer = visible.slice(from);
			if (after === null && newer.length > PAGE) return null;
			return { events: newer.slice(0, PAGE).reverse(), hasMore: newer.length > PAGE };
		},
		newestEvent: async () => this.visible().at(-1) ?? null
	};

	private visible() {
		return this.events.filter(({ visibleAtMs }) => visibleAtMs <= this.ms);
	}

	/** A change in Stripe becomes an event; one of a member reaches the process that is connected. */
	public async change(subject: Subject, lateMs: number): Promise<void> {
		this.state.set(subject, (this.state.get(subject) ?? 0) + 1);
		if (subject.startsWith('customer:')) {
			// A page at a time may be skipped if it is full of late events: bursts are listed in time.
			const isBurst = this.events.some(({ at }) => this.ms - at.getTime() < 2 * MAX_LATE_MS);
			const id = `evt_${String(this.events.length).padStart(4, '0')}`;
			this.events.push({ id, at: this.now(), subjects: [subject], visibleAtMs: this.ms + (isBurst ? 0 : lateMs) });
		} else if (this.alive) await this.work(() => this.store.queueChanges([{ subject, at: this.now(), urgent: false }], this.when()));
	}

	/** What a process does; it may be killed at it. */
	private async work(work: () => Promise<unknown>): Promise<void> {
		if (!this.alive) return;
		try {
			await work();
		} catch (error) {
			if (!(error instanceof Killed)) throw error;
			this.alive = false;
			this.store.stepsLeft = Number.POSITIVE_INFINITY;
		}
	}

	public async restart(): Promise<void> {
		this.alive = true;
		this.process += 1;
		this.store.expireLease();
		await this.work(() => this.store.queueChanges([{ subject: 'all', at: this.now(), urgent: false }], this.when()));
	}

	public async poll(): Promise<void> {
		const { store, now } = this;
		await this.work(() =>
			pollEvents({
				events: this.list,
				store,
				settleMs: SETTLE_MS,
				now,
				shouldContinue: () => true,
				holder: `process ${this.process}`,
				leaseSeconds: 60
			})
		);
	}

	public async compare(outcome: 'completed' | 'failed' | 'busy', meanwhile: readonly number[] = []): Promise<void> {
		const { store, now } = this;
		const run = async (touched: Touched | null): Promise<readonly string[] | null> => {
			if (outcome === 'busy') throw new RunInProgressError();
			const startedAt = this.now();
			const compared = touched === null ? SUBJECTS : subjectsOf(touched);
			const read = compared.map((subject) => [subject, this.state.get(subject) ?? 0] as const);
			this.ms += 1;
			for (const subject of meanwhile) await this.change(SUBJECTS[subject] as Subject, 0);
			if (outcome === 'failed' || !this.alive) return null;
			for (const [subject, state] of read) {
				if ((this.seen.get(subject) ?? 0) < state) this.reports.push(`${subject} ${state}`);
				this.seen.set(subject, Math.max(state, this.seen.get(subject) ?? 0));
			}
			if (touched === null) this.lastFullRunAt = startedAt;
			return [];
		};
		await this.work(() =>
			drain({
				store,
				compare: run,
				isPaused: async () => false,
				isSetUp: async () => true,
				lastFullRunAt: async () => this.lastFullRunAt,
				settleMs: SETTLE_MS,
				now
			})
		);
	}

	public async take(step: Step): Promise<void> {
		this.ms += 1;
		switch (step.kind) {
			case 'change':
				return this.change(SUBJECTS[step.subject] as Subject, step.lateMs);
			case 'wait':
				this.ms += step.ms;
				return;
			case 'webhook': {
				const event = this.visible().at(-1);
				return event === undefined ? undefined : this.work(() => this.store.recordEvent(event, this.when()));
			}
			case 'poll':
				return this.poll();
			case 'restart':
				return this.restart();
			case 'compare':
				return this.compare(step.outcome, step.meanwhile);
			case 'kill':
				this.store.stepsLeft = step.afterSteps;
				return;
		}
	}

	/** Nothing changes any more, and the process lives. */
	public async calm(): Promise<void> {
		this.store.stepsLeft = Number.POSITIVE_INFINITY;
		if (!this.alive) await this.restart();
		for (let polls = 0; polls < 20; polls += 1) {
			this.ms += 15_000;
			await this.poll();
			await this.compare('completed');
		}
	}
}

function subjectsOf({ discordIds, customerIds }: Touched): Subject[] {
	return [...discordIds.map((id): Subject => `member:${id}`), ...customerIds.map((id): Subject => `customer:${id}`)];
}

describe('any history of changes, readings, runs and crashes', () => {
	it('ends with every change compared, reported once, and nothing queued', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
				const server = new Server();
				await server.restart();
				await server.poll();
				for (const each of steps) await server.take(each);
				await server.calm();
				expect(Object.fromEntries(server.seen)).toMatchObject(Object.fromEntries(server.state));
				expect(new Set(server.reports).size).toBe(server.reports.length);
				expect([...server.store.rows.keys()]).toEqual([]);
			}),
			{ numRuns: 10_000 }
		);
	});
});
