import { html, type TemplateResult } from 'lit';
import { act } from '../client/actions.js';
import { api, type LogLine, type SandboxState } from '../client/api.js';

/** The bot's process: whether it runs, and what it prints. */

/** @param isLoading - while another world is loaded, which starts the process itself */
export function processPart({ ready, bot }: SandboxState, isLoading: boolean): TemplateResult {
	const restart = (signal: 'SIGTERM' | 'SIGKILL') => act(() => api.restart(signal));
	const isBusy = isLoading || (bot.up && !ready);
	return html`<h2>Reeve’s process</h2>
		<p role="status">${processText(ready, bot)}</p>
		<div class="row">
			<button class="button secondary" ?disabled=${isBusy} @click=${() => restart('SIGTERM')}>Restart</button>
			<button class="button danger" ?disabled=${isBusy} @click=${() => restart('SIGKILL')}>Kill and start</button>
		</div>
		<small>A restart lets Reeve end its work first. Killing it is like a power cut.</small>`;
}

function processText(ready: boolean, { up, pid, startMs, lastExit }: SandboxState['bot']): string {
	if (!up) return `Not running: it ended ${lastExit?.signal ? `by ${lastExit.signal}` : `with code ${lastExit?.exitCode ?? 0}`}.`;
	if (!ready) return `Starting as process ${pid}…`;
	return `Running as process ${pid}${startMs === null ? '' : `, ready after ${(startMs / 1_000).toFixed(1)} s`}.`;
}

export function logPart(lines: readonly LogLine[]): TemplateResult {
	return html`<h2>Its log, newest first</h2>
		<pre class="log" tabindex="0" aria-label="The newest lines of the log">${lines
			.toReversed()
			.map(({ text }) => text)
			.join('\n')}</pre>`;
}
