import type { TemplateResult } from 'lit';
import type { SandboxEvent } from '../client/events.js';

/** A part of the sandbox beside the channel, such as its members or its inbox. */
export interface Panel {
	/** In the page's address, after the `#`. */
	readonly id: string;
	readonly title: string;
	/** After which of the sandbox's events it is read again. */
	readonly events: readonly SandboxEvent[];
	/** Reads what it shows and draws the page. Called while it is shown: at first, and after each of its events. */
	read(): void;
	element(): TemplateResult;
}
