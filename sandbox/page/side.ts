import { html, nothing, type TemplateResult } from 'lit';
import type { SandboxEvent } from './client/events.js';
import { guidePanel } from './guide/guide.js';
import { faultsPanel } from './panels/faults.js';
import { inboxPanel } from './panels/inbox.js';
import { membersPanel } from './panels/members.js';
import type { Panel } from './panels/panel.js';
import { requestsPanel } from './panels/requests.js';
import { subscriptionsPanel } from './panels/subscriptions.js';
import { worldPanel } from './panels/world.js';

/** The panels beside the channel, one at a time. On a phone the channel is one of the parts. */

const PANELS: readonly Panel[] = [guidePanel, membersPanel, subscriptionsPanel, inboxPanel, faultsPanel, requestsPanel, worldPanel];

const CHANNEL = 'channel';

/** The part that the address names. */
export function currentPart(): string {
	const named = location.hash.slice(1);
	return PANELS.some(({ id }) => id === named) ? named : CHANNEL;
}

/** On a wide page beside the channel: the panel last chosen, or the first. */
function currentPanel(): Panel | undefined {
	return PANELS.find(({ id }) => id === currentPart()) ?? PANELS[0];
}

export function parts(): TemplateResult {
	const link = (id: string, title: string, isCurrent: boolean) =>
		html`<a href="#${id}" class="part-${id === CHANNEL ? CHANNEL : 'panel'}" aria-current=${isCurrent ? 'page' : nothing}>${title}</a>`;
	const current = currentPanel();
	return html`<nav class="parts" data-part=${currentPart()} aria-label="Parts of the sandbox">
		${link(CHANNEL, 'Channel', currentPart() === CHANNEL)} ${PANELS.map((each) => link(each.id, each.title, each === current))}
	</nav>`;
}

/** On a phone the first panel is out of sight: a line above the channel leads a newcomer to it. */
export function firstPanelLink(): TemplateResult {
	return html`<p class="first-panel"><a href="#${guidePanel.id}">New here? Four things to try in the first minute</a></p>`;
}

export function side(): TemplateResult {
	const panel = currentPanel();
	return html`<aside class="panel" tabindex="0" aria-label=${panel?.title ?? nothing}>${panel?.element()}</aside>`;
}

/** Reads the panel that is shown, after an event or because another was chosen. */
export function readPanel(event?: SandboxEvent): void {
	const panel = currentPanel();
	if (panel && (event === undefined || panel.events.includes(event))) panel.read();
	// On a phone, not all parts are in view.
	if (event === undefined) document.querySelector('.parts [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
