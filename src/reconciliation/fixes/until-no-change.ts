import type { AttemptStore, Ports } from '../domain/ports.js';

const POLL_MS = 50;

/**
 * Resolves when no role call is on its way that was allowed before an operator's decision was stored. Calls that are not allowed any
 * more do not begin, and each has a deadline.
 * @param of - the fixes that the decision concerns
 */
export async function untilNoChange(
	{ ledger, sleep }: Pick<Ports, 'ledger' | 'sleep'>,
	of: Parameters<AttemptStore['isChanging']>[0]
): Promise<void> {
	while (await ledger.isChanging(of)) await sleep(POLL_MS);
}
