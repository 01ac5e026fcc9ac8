import { html, nothing, render, type TemplateResult } from 'lit';
import { channel, followEnd } from './channel/channel.js';
import { modalElement } from './channel/modal.js';
import { peopleMenu, readGuild } from './channel/people.js';
import { userCard } from './channel/user-card.js';
import { attempt, onChange, oneAtATime, refresh } from './client/actions.js';
import { listen, type SandboxEvent } from './client/events.js';
import { channelTitle, state } from './client/state.js';
import { applyTheme, onSystemTheme, themeSwitch } from './client/theme.js';
import { currentPart, firstPanelLink, parts, readPanel, side } from './side.js';

/** The page of the sandbox: the channel as Discord shows it, live, and what is around it. */

const app = document.getElementById('app') as HTMLElement;

function page(): TemplateResult {
	return html`<header class="top">
			<h1>#${channelTitle()}</h1>
			<div class="tools">${peopleMenu()} ${themeSwitch()} <a href="/api">For scripts</a></div>
		</header>
		${state.connected ? nothing : html`<p class="problem" role="alert">The sandbox cannot be reached. Is <code>npm run sandbox</code> still running?</p>`}
		${state.problem ? html`<p class="problem" role="alert">${state.problem}</p>` : nothing} ${parts()} ${firstPanelLink()}
		<div class="columns" data-part=${currentPart()}>${channel()} ${side()}</div>
		${userCard()} ${modalElement()}`;
}

function draw(): void {
	followEnd(() => {
		render(page(), app);
		for (const dialog of document.querySelectorAll('dialog')) if (!dialog.open) dialog.showModal();
	});
}

const readMessages = oneAtATime(refresh);
const readMembers = oneAtATime(readGuild);

function update(event: SandboxEvent): void {
	if (event === 'messages') readMessages();
	// A bot that has started has registered its commands.
	if (event === 'guild' || event === 'bot') readMembers();
	readPanel(event);
}

applyTheme();
onChange(draw);
onSystemTheme(() => {
	applyTheme();
	draw();
});
addEventListener('hashchange', () => {
	draw();
	readPanel();
});
await attempt(async () => {
	await readGuild();
	await refresh();
});
readPanel();
listen(update, (connected) => {
	state.connected = connected;
	draw();
});
