import { breakStripe, cancelSubscription, compareEveryone, correctPrice, mistypePrice, restoreStripe, showFixButton } from './do.js';
import { memory, remember } from './memory.js';
import { type Facts, lostAccess, type Step, type StepState, stateOf } from './progress.js';

/** What the steps of the first minute say, and their buttons. */

export interface View {
	readonly title: string;
	readonly text: string;
	/** What has happened so far. */
	readonly outcome: string;
	readonly buttons: readonly Button[];
}

type Button = readonly [label: string, action: () => unknown];
type Outcomes = Readonly<Record<StepState, string>>;

/** @param facts - null until they have been read */
export function viewOf(step: Step, facts: Facts | null): View {
	const state = facts === null ? 'todo' : stateOf(step, facts);
	const { text, outcomes, buttons } = VIEWS[step](state, facts);
	return { title: TITLES[step], text, outcome: outcomes[state], buttons };
}

const TITLES: Readonly<Record<Step, string>> = {
	fix: 'Apply a fix',
	cancel: 'Cancel a subscription',
	mistype: 'Mistype a price',
	break: 'Break Stripe'
};

interface StepView {
	readonly text: string;
	readonly outcomes: Outcomes;
	readonly buttons: readonly Button[];
}

const VIEWS: Readonly<Record<Step, (state: StepState, facts: Facts | null) => StepView>> = {
	fix: () => ({
		text: 'Press a green Apply fix below the report. Reeve reads Stripe and Discord again, changes that member’s roles, and answers only you.',
		outcomes: { todo: '', waiting: '', stopped: '', done: 'A fix was applied, and its button in the report is off.' },
		buttons: [['Show me a button', showFixButton]]
	}),
	cancel: () => {
		const { cancelled } = memory();
		const ended = cancelled && `The subscription of ${cancelled.name} for ${cancelled.role} has ended in Stripe.`;
		return {
			text: 'End the subscription of a member who pays, as the Stripe Dashboard would. Reeve reads Stripe’s events and reports the difference within seconds.',
			outcomes: {
				todo: ended ?? '',
				waiting: `${ended} Reeve reports it in a few seconds…`,
				stopped: '',
				done: `${ended} Reeve has reported it in the channel.`
			},
			buttons: [[ended ? 'Cancel another one' : 'Cancel a subscription', async () => remember({ cancelled: await cancelSubscription() })]]
		};
	},
	mistype: (state, facts) => {
		const begun = 'Reeve runs with price_lrod as the price of Lord, which no one pays, and with auto-fix on.';
		const lost = facts === null ? [] : lostAccess(facts);
		return {
			text: 'Restart Reeve with a typo in the price of Lord and with auto-fix on, and compare everyone. Reeve no longer knows what dozens of people pay for.',
			outcomes: {
				todo: '',
				waiting: `${begun} It compares everyone…`,
				stopped: lost.length === 0 ? begun : `${begun} It took access from ${lost.join(', ')}.`,
				done: `${begun} Auto-fix gave ${facts?.newestRun?.issuesFixed ?? 0} people what they pay for, and took access from no one. The report says which setting changed.`
			},
			buttons:
				state === 'todo'
					? [['Mistype the price', mistypePrice]]
					: [
							['Correct the price', correctPrice],
							['Compare everyone', compareEveryone]
						]
		};
	},
	break: (state) => ({
		text: 'Stripe answers every request with an error, as in an outage, while Reeve compares everyone.',
		outcomes: {
			todo: '',
			waiting: 'Reeve compares everyone…',
			stopped: 'Stripe answers with errors. Reeve has not compared since.',
			done: 'The run failed, and no role was changed. The report in the channel says why.'
		},
		buttons:
			state === 'todo'
				? [['Break Stripe', breakStripe]]
				: [
						['Make Stripe work again', restoreStripe],
						['Compare everyone', compareEveryone]
					]
	})
};
