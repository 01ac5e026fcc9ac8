import { html, nothing, type TemplateResult } from 'lit';
import { act, oneAtATime, redraw } from '../client/actions.js';
import { api } from '../client/api.js';
import type { Panel } from '../panels/panel.js';
import { readFacts } from './facts.js';
import { enterWorld, memory, remember } from './memory.js';
import { type Facts, STEPS, type Step, stateOf } from './progress.js';
import { viewOf } from './views.js';

/** The first minute: four things to try, each of which ticks itself off when it has happened in the sandbox. */

let facts: Facts | null = null;
/** The step whose button is at work. */
let busy: Step | null = null;

export const guidePanel: Panel = {
	id: 'guide',
	title: 'First minute',
	events: ['messages', 'bot', 'faults', 'stripe'],
	read: oneAtATime(async () => {
		enterWorld((await api.state()).loadedAt ?? '');
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
	const { title, text, outcome, buttons } = viewOf(step, facts);
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
