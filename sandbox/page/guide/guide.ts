import { html, nothing, type TemplateResult } from 'lit';
import { act, oneAtATime, redraw } from '../client/actions.js';
import { api } from '../client/api.js';
import type { Panel } from '../panels/panel.js';
import { breakStripe, cancelSubscription, compareEveryone, correctPrice, mistypePrice, restoreStripe, showFixButton } from './do.js';
import { readFacts } from './facts.js';
import type { Payer } from './payer.js';
import { type Facts, lostAccess, STEPS, type Step, stateOf } from './progress.js';

/** The first minute: four things to try, each of which ticks itself off when it has happened in the sandbox. */

/** What only this page knows of the world that is loaded. */
interface Memory {
	/** What has happened once stays ticked. */
	readonly done: readonly Step[];
	readonly cancelled: Payer | null;
}

const NOTHING: Memory = { done: [], cancelled: null };

let world = '';
let facts: Facts | null = null;
/** The step whose button is at work. */
let busy: Step | null = null;

export const guidePanel: Panel = {
	id: 'guide',
	title: 'First minute',
	events: ['messages', 'bot', 'faults', 'stripe'],
	read: oneAtATime(async () => {
		world = (await api.state()).loadedAt ?? '';
		facts = await readFacts(memory().cancelled);
		const { done } = memory();
		const happened = STEPS.filter((step) => done.includes(step) || (facts !== null && stateOf(step, facts) === 'done'));
		if (happened.length > done.length) remember({ done: happened });
	}),
	element: () => html`<h2>The first minute</h2>
		<p>Reeve has compared what people pay for in Stripe with the roles that they have in Discord. What differs is in the channel. Four things to try:</p>
		<ol class="steps">
			${STEPS.map((step) => stepElement(step))}
		</ol>
		${memory().done.length === STEPS.length ? html`<p role="status"><strong>That was all four.</strong> To run Reeve for your own server, stop the sandbox and use <code>npm run setup</code>.</p>` : nothing}`
};

function stepElement(step: Step): TemplateResult {
	const isDone = memory().done.includes(step);
	const { title, text, outcome, buttons } = VIEWS[step](facts);
	return html`<li class="step ${isDone ? 'done' : ''}">
		<h3>${title} ${isDone ? html`<span class="tick">✓ Done</span>` : nothing}</h3>
		<p>${text}</p>
		<p role="status">${busy === step ? 'Working…' : outcome}</p>
		<div class="row">
			${buttons.map(
				([label, action]) =>
					html`<button class="button secondary" ?disabled=${busy !== null} @click=${() => start(step, action)}>${label}</button>`
			)}
		</div>
	</li>`;
}

interface View {
	readonly title: string;
	readonly text: string;
	/** What has happened so far. */
	readonly outcome: string;
	readonly buttons: readonly (readonly [label: string, action: () => unknown])[];
}

const VIEWS: Readonly<Record<Step, (now: Facts | null) => View>> = {
	fix: () => ({
		title: 'Apply a fix',
		text: 'Press a green Apply fix below the report. Reeve reads Stripe and Discord again, changes that member’s roles, and answers only you.',
		outcome: memory().done.includes('fix') ? 'A fix was applied, and its button in the report is off.' : '',
		buttons: [['Show me a button', showFixButton]]
	}),
	cancel: (now) => {
		const { cancelled } = memory();
		const ended = cancelled && `The subscription of ${cancelled.name} for ${cancelled.role} has ended in Stripe.`;
		const state = now && stateOf('cancel', now);
		return {
			title: 'Cancel a subscription',
			text: 'End the subscription of a member who pays, as the Stripe Dashboard would. Reeve reads Stripe’s events and reports the difference within seconds.',
			outcome: !ended
				? ''
				: state === 'done'
					? `${ended} Reeve has reported it in the channel.`
					: `${ended} Reeve reports it in a few seconds…`,
			buttons: [[ended ? 'Cancel another one' : 'Cancel a subscription', async () => remember({ cancelled: await cancelSubscription() })]]
		};
	},
	mistype: (now) => {
		const state = now && stateOf('mistype', now);
		const lost = now ? lostAccess(now) : [];
		const begun = 'Reeve runs with price_lrod as the price of Lord, which no one pays, and with auto-fix on.';
		return {
			title: 'Mistype a price',
			text: 'Restart Reeve with a typo in the price of Lord and with auto-fix on, and compare everyone. Reeve no longer knows what dozens of people pay for.',
			outcome:
				state === 'done'
					? `${begun} It fixed ${now?.newestRun?.issuesFixed ?? 0} people who lacked a role, and took access from no one. The report says which setting changed.`
					: lost.length > 0
						? `${begun} It took access from ${lost.join(', ')}.`
						: state === 'waiting'
							? `${begun} It compares everyone…`
							: state === 'stopped'
								? begun
								: '',
			buttons:
				state === 'todo' || state === null
					? [['Mistype the price', mistypePrice]]
					: [
							['Correct the price', correctPrice],
							['Compare everyone', compareEveryone]
						]
		};
	},
	break: (now) => {
		const state = now && stateOf('break', now);
		return {
			title: 'Break Stripe',
			text: 'Stripe answers every request with an error, as in an outage, while Reeve compares everyone.',
			outcome:
				state === 'done'
					? 'The run failed, and no role was changed. The report in the channel says why.'
					: state === 'waiting'
						? 'Reeve compares everyone…'
						: state === 'stopped'
							? 'Stripe answers with errors. Reeve has not compared since.'
							: '',
			buttons:
				state === 'todo' || state === null
					? [['Break Stripe', breakStripe]]
					: [
							['Make Stripe work again', restoreStripe],
							['Compare everyone', compareEveryone]
						]
		};
	}
};

function start(step: Step, action: () => unknown): void {
	busy = step;
	redraw();
	void act(async () => {
		try {
			await action();
		} finally {
			busy = null;
		}
	});
}

const key = () => `first minute of ${world}`;

function memory(): Memory {
	return { ...NOTHING, ...(JSON.parse(sessionStorage.getItem(key()) ?? '{}') as Partial<Memory>) };
}

function remember(change: Partial<Memory>): void {
	sessionStorage.setItem(key(), JSON.stringify({ ...memory(), ...change }));
}
