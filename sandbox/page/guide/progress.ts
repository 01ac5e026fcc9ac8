/** What of the first minute has happened in the sandbox. Pure: facts in, steps out. */

/** A run over all members, as stored. */
export interface Run {
	readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
	readonly startedAt: string;
	readonly issuesFixed: number;
}

/** An issue that was fixed, as stored. */
export interface FixedIssue {
	readonly discordName: string;
	readonly firstSeenAt: string;
	/** `reeve` for auto-fix. */
	readonly attempts: readonly { readonly actor: string; readonly startedAt: string; readonly add: string[]; readonly remove: string[] }[];
}

export interface Facts {
	/** When the bot's process started. */
	readonly startedAt: string;
	/** What the settings say that Lord costs. */
	readonly lordPrices: string;
	/** Whether Stripe answers every request with an error. */
	readonly stripeIsBroken: boolean;
	/** Null before the first. */
	readonly newestRun: Run | null;
	readonly fixed: readonly FixedIssue[];
	/** Whether Reeve has an issue of the member whose subscription was cancelled; null if none was cancelled. */
	readonly hasNoticed: boolean | null;
}

/** `todo`: can be started. `waiting`: Reeve has work to do. `stopped`: begun, and nothing is running. `done`: it has happened. */
export type StepState = 'todo' | 'waiting' | 'stopped' | 'done';

export const STEPS = ['fix', 'cancel', 'mistype', 'break'] as const;
export type Step = (typeof STEPS)[number];

export const LORD_PRICE = 'price_lord';
export const MISTYPED_PRICE = 'price_lrod';

export function stateOf(step: Step, facts: Facts): StepState {
	const { fixed, hasNoticed, lordPrices, newestRun, startedAt, stripeIsBroken } = facts;
	switch (step) {
		case 'fix':
			return fixed.some(({ attempts }) => attempts.some(({ actor }) => actor !== 'reeve')) ? 'done' : 'todo';
		case 'cancel':
			return hasNoticed === null ? 'todo' : hasNoticed ? 'done' : 'waiting';
		case 'mistype': {
			if (lordPrices !== MISTYPED_PRICE) return 'todo';
			const run = newestRun !== null && newestRun.startedAt > startedAt ? newestRun : null;
			return progress(run, run?.status === 'COMPLETED' && lostAccess(facts).length === 0);
		}
		case 'break':
			return stripeIsBroken
				? progress(newestRun, newestRun?.status === 'FAILED' && changedSince(facts, newestRun.startedAt) === 0)
				: 'todo';
	}
}

function progress(run: Run | null, isDone: boolean): StepState {
	return isDone ? 'done' : run?.status === 'RUNNING' ? 'waiting' : 'stopped';
}

/** Names of members who lost a role for a reason that Reeve has seen only since it started, and got none in return. */
export function lostAccess({ fixed, startedAt }: Facts): string[] {
	return fixed
		.filter(
			({ firstSeenAt, attempts }) => firstSeenAt > startedAt && attempts.some(({ add, remove }) => remove.length > 0 && add.length === 0)
		)
		.map(({ discordName }) => discordName);
}

function changedSince({ fixed }: Facts, at: string): number {
	return fixed.filter(({ attempts }) => attempts.some(({ startedAt }) => startedAt > at)).length;
}
