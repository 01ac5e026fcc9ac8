/** What the sandbox says has changed. */

export const SANDBOX_EVENTS = ['messages', 'guild', 'stripe', 'inbox', 'faults', 'requests', 'bot', 'log'] as const;

export type SandboxEvent = (typeof SANDBOX_EVENTS)[number];

/**
 * Listens to the sandbox. The browser connects again by itself after a break.
 * @param onConnection - whether the sandbox can be reached
 */
export function listen(onEvent: (event: SandboxEvent) => void, onConnection: (connected: boolean) => void): void {
	const source = new EventSource('/api/events');
	source.addEventListener('open', () => onConnection(true));
	source.addEventListener('error', () => onConnection(false));
	for (const event of SANDBOX_EVENTS) source.addEventListener(event, () => onEvent(event));
}
