import { html, nothing, type TemplateResult } from 'lit';
import { act, oneAtATime, redraw } from '../client/actions.js';
import { api, type Fault } from '../client/api.js';
import { activeOf, FAULT_SWITCHES, type FaultSwitch, othersOf } from './fault-switches.js';
import type { Panel } from './panel.js';

/** What goes wrong at Discord, Stripe and the mail server, as switches. */

let active: readonly Fault[] = [];
let canReadInvoices = true;

async function readFaults(): Promise<void> {
	const [faults, { permissions }] = await Promise.all([api.faults(), api.stripeSettings()]);
	active = faults;
	canReadInvoices = permissions.invoices;
}

export const faultsPanel: Panel = {
	id: 'faults',
	title: 'Faults',
	events: ['faults'],
	read: oneAtATime(readFaults),
	element: () => html`<div class="between">
			<p class="note">What goes wrong around Reeve, until it is switched off.</p>
			<button class="button secondary" @click=${() => change(allOff)}>All off</button>
		</div>
		${Object.entries(FAULT_SWITCHES).map(
			([service, switches]) => html`<h2>${service}</h2>
				<ul class="items">
					${switches.map(faultSwitch)} ${service === 'Stripe' ? invoicesSwitch() : nothing}
				</ul>`
		)}
		${othersList()}`
};

function faultSwitch(each: FaultSwitch): TemplateResult {
	const faults = activeOf(each, active);
	return switchItem(each.title, each.explanation, faults.length > 0, async (isOn) => {
		if (!isOn) await Promise.all(faults.map(({ id }) => api.removeFault(id)));
		else for (const fault of each.faults) await api.addFault(fault);
	});
}

/** Not a fault, but a setting of the key. */
function invoicesSwitch(): TemplateResult {
	return switchItem(
		'Reeve’s key may not read invoices',
		'Stripe refuses: Reeve cannot see since when a payment has failed.',
		!canReadInvoices,
		(isOn) => api.setPermission('invoices', !isOn)
	);
}

function switchItem(title: string, explanation: string, isOn: boolean, set: (isOn: boolean) => Promise<unknown>): TemplateResult {
	const toggle = (event: Event) => change(() => set((event.target as HTMLInputElement).checked));
	return html`<li>
		<label class="switch">
			<input type="checkbox" role="switch" .checked=${isOn} @change=${toggle} />
			<span>
				<strong>${title}</strong>
				<small>${isOn ? html`<b class="failed">On.</b> ` : nothing}${explanation}</small>
			</span>
		</label>
	</li>`;
}

function othersList(): TemplateResult | typeof nothing {
	const others = othersOf(active);
	if (others.length === 0) return nothing;
	return html`<h2>Added by scripts</h2>
		<ul class="items">
			${others.map(({ id, ...fault }) => {
				const text = Object.entries(fault)
					.map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
					.join(', ');
				return html`<li class="between">
					<code>${text}</code>
					<button class="button secondary" aria-label="Switch off ${text}" @click=${() => change(() => api.removeFault(id))}>Off</button>
				</li>`;
			})}
		</ul>`;
}

async function allOff(): Promise<void> {
	await Promise.all([api.clearFaults(), api.setPermission('invoices', true)]);
}

/** Shows the sandbox's state afterwards, whether it changed or not. */
function change(what: () => Promise<unknown>): void {
	void act(async () => {
		try {
			await what();
		} finally {
			await readFaults();
			redraw();
		}
	});
}
