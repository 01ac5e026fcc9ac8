import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicySettings } from '../../../src/reconciliation/domain/rules.js';
import type { ReconciliationResult, RunSettings } from '../../../src/reconciliation/domain/run.js';
import { AUTOMATIC } from '../../../src/reconciliation/fixes/attempt.js';
import { Replay, type ReplayRun } from '../../../src/reconciliation/health/replay.js';
import { runReconciliation } from '../../../src/reconciliation/runs/run.js';
import { customer, MAPPED, row, subscription, userId } from '../builders.js';
import { FakePorts, SETTINGS } from '../fakes.js';

const MEMBERS = 24;

/** What a member pays for, and which roles they hold. */
const STATES = [
	['active', 'Knight'],
	['active', ''],
	['active', 'Lord'],
	['active', 'Debtor'],
	['canceled', ''],
	['canceled', 'Knight'],
	['canceled', 'Lord'],
	['unlinked', 'Knight'],
	['unlinked', '']
] as const;
type State = (typeof STATES)[number];

/** Rules that no operator accepts. */
const KNIGHTS_PAY_FOR_NOTHING: PolicySettings = {
	...MAPPED,
	tiers: [
		{ name: 'Knight', prices: ['price_other'] },
		{ name: 'Lord', prices: ['price_lord'] }
	],
	otherPrices: ['price_knight']
};

/** A step: members change, time passes, and a run looks. */
interface Step {
	readonly changes: readonly { readonly member: number; readonly state: State }[];
	readonly minutes: number;
	/** The members whom a targeted run compares; null for a full run. */
	readonly touched: readonly number[] | null;
}

const changes = (maxLength: number) =>
	fc.uniqueArray(fc.record({ member: fc.nat(MEMBERS - 1), state: fc.constantFrom(...STATES) }), {
		maxLength,
		selector: ({ member }) => member
	});
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
	fc.record({
		changes: fc.oneof(changes(3), changes(8), changes(MEMBERS)),
		minutes: fc.constantFrom(5, 50, 24 * 60),
		touched: fc.option(fc.uniqueArray(fc.nat(MEMBERS - 1), { maxLength: 6 }), { freq: 3 })
	}),
	{ minLength: 1, maxLength: 8 }
);

function put(ports: FakePorts, member: number, [pays, role]: State): void {
	const [discordId, customerId] = [userId(member), `cus_${member}`];
	ports.billing.customers = ports.billing.customers.filter(({ id }) => id !== customerId);
	ports.billing.customers.push(customer({ id: customerId }));
	ports.billing.put(subscription({ id: `sub_${member}`, customerId, status: pays === 'active' ? 'active' : 'canceled' }));
	ports.ledger.rows = ports.ledger.rows.filter((each) => each.discordId !== discordId);
	if (pays !== 'unlinked') ports.ledger.rows.push(row({ id: `m_${member}`, discordId, stripeCustomerId: customerId }));
	ports.guild.join(discordId, ...(role === '' ? [] : [role]));
}

/** Every member pays and has their role, so that nothing looks like an unfinished setup. */
function newGuild(): FakePorts {
	const ports = new FakePorts();
	for (let member = 0; member < MEMBERS; member++) put(ports, member, STATES[0]);
	return ports;
}

async function take(
	ports: FakePorts,
	settings: RunSettings,
	{ minutes, touched }: Pick<Step, 'minutes' | 'touched'>
): Promise<ReconciliationResult> {
	ports.pass({ seconds: minutes * 60 });
	const options =
		touched === null
			? ({ triggeredBy: 'manual' } as const)
			: ({
					triggeredBy: 'targeted',
					touched: { discordIds: touched.map(userId), customerIds: touched.map((each) => `cus_${each}`) }
				} as const);
	const result = await runReconciliation(ports, settings, options);
	if (result === null) throw new Error('the run was not made');
	return result;
}

/** What the database would have of a run. */
function stored({ ledger }: FakePorts, result: ReconciliationResult): ReplayRun {
	const found = ledger.runs.find(({ id }) => id === result.runId)?.found;
	if (!found) throw new Error(`run ${result.runId} found nothing`);
	const isFull = result.onlyMembers === null;
	return {
		...result,
		livemode: found.livemode,
		subscriptionsRead: found.subscriptionsRead,
		payingCustomers: found.payingCustomers,
		roleHolders: found.roleHolders,
		comparablePayers: isFull ? found.comparablePayers : null,
		hasUnacceptedRules: found.ruleChange !== null,
		isOnboarding: isFull && found.onboarding !== null,
		isReleased: false
	};
}

describe('Replay', () => {
	it('fixes and holds what automatic fixes do on a copy of the same history', async () => {
		const settingsOf = fc.record({ fixUnlinked: fc.boolean(), maxRevokePercent: fc.constantFrom(5, 10, 30) });
		await fc.assert(
			fc.asyncProperty(steps, settingsOf, fc.option(fc.nat(7)), async (history, chosen, newRulesAt) => {
				const copies = new Copies({ ...SETTINGS, ...chosen });
				for (const [index, step] of history.entries()) {
					if (index === newRulesAt) {
						// Without drift: what new rules change for a member who was to be fixed leaves no trace where nothing is fixed.
						for (let member = 0; member < MEMBERS; member++) copies.put(member, STATES[0]);
						await copies.compare({ minutes: 5, touched: null });
						copies.settings = { ...copies.settings, policy: KNIGHTS_PAY_FOR_NOTHING };
					}
					for (const { member, state } of step.changes) copies.put(member, state);
					await copies.compare(step);
				}
				expect(copies.recorded.touched).toBe(0);
			}),
			{ numRuns: 150 }
		);
	});
});

/** Two copies of a history: one in which Reeve only reports, whose runs are replayed, and one in which it fixes. */
class Copies {
	public readonly recorded = newGuild();
	private readonly fixing = newGuild();
	private readonly replay: Replay;
	private readonly drifts = new Map<number, string>();

	public constructor(public settings: RunSettings) {
		this.replay = new Replay(settings);
	}

	public put(member: number, state: State): void {
		// The same plan anew would leave no trace where nothing is fixed.
		const drift = `${state[0] === 'active' && this.settings.policy === MAPPED} ${state[1]}`;
		if (this.drifts.get(member) === drift) return;
		this.drifts.set(member, drift);
		for (const ports of [this.recorded, this.fixing]) put(ports, member, state);
	}

	/** Lets both run, and expects of the replay what the other copy did. */
	public async compare(step: Pick<Step, 'minutes' | 'touched'>): Promise<void> {
		const result = await take(this.recorded, this.settings, step);
		this.replay.add(stored(this.recorded, result), result.issues);
		const { runId, hold, issues } = await take(this.fixing, { ...this.settings, autoFix: true }, step);
		const fixed = this.fixing.ledger.attempts.filter((attempt) => attempt.runId === runId && attempt.actor === AUTOMATIC);
		const personOf = new Map(issues.map(({ id, discordId }) => [id, discordId]));
		const replayed = this.replay.fixes.filter((fix) => fix.runId === runId).map(({ issue }) => [issue.discordId, issue.plan]);
		expect(replayed.sort()).toEqual(fixed.map(({ issueId, plan }) => [personOf.get(issueId), plan]).sort());
		expect(fixed.every(({ end }) => end?.outcome === 'FIXED')).toBe(true);
		expect(this.replay.holds.find((held) => held.runId === runId)?.hold ?? null).toEqual(hold);
	}
}
