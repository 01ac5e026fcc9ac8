import { follow } from '../client/actions.js';
import { api } from '../client/api.js';
import { isOperator, state } from '../client/state.js';
import { isSame } from '../panels/fault-switches.js';
import { OUTAGE } from './outage.js';
import { choosePayer, type Payer } from './payer.js';
import { LORD_PRICE, MISTYPED_PRICE, type Run } from './progress.js';

/** What the buttons of the first minute do. Each returns when the sandbox has done it; what Reeve makes of it comes later. */

/** Among which a member is chosen. */
const MAX_SUBSCRIPTIONS = 500;
const POLL_MS = 500;

/** Shows the first button of the newest report that applies a fix without taking anything. */
export function showFixButton(): void {
	location.hash = 'channel';
	const reports = [...document.querySelectorAll('#channel article:not(.ephemeral):has(.button.success:enabled)')];
	const button = reports.at(-1)?.querySelector<HTMLButtonElement>('.button.success:enabled');
	button?.scrollIntoView({ block: 'center' });
	button?.focus();
}

/** Ends the subscription of a member for whom everything is right. @throws Error if there is no such member */
export async function cancelSubscription(): Promise<Payer> {
	const { subscriptions } = await api.subscriptions('', MAX_SUBSCRIPTIONS);
	const payer = choosePayer(subscriptions, state.guild.members);
	if (payer === null) throw new Error('No member of this world pays with exactly one subscription. Load the council in the panel World.');
	await api.cancelSubscription(payer.subscription);
	return payer;
}

/** Auto-fix is on, so that Reeve could take roles. */
export async function mistypePrice(): Promise<void> {
	await api.restart('SIGTERM', { STRIPE_LORD_PRICE_IDS: MISTYPED_PRICE, RECONCILIATION_AUTO_FIX: 'true' });
	await compareEveryone();
}

export async function correctPrice(): Promise<void> {
	await api.restart('SIGTERM', { STRIPE_LORD_PRICE_IDS: LORD_PRICE, RECONCILIATION_AUTO_FIX: 'false' });
	await compareEveryone();
}

export async function breakStripe(): Promise<void> {
	await api.addFault(OUTAGE);
	await compareEveryone();
}

export async function restoreStripe(): Promise<void> {
	const faults = await api.faults();
	for (const fault of faults) if (isSame(fault, OUTAGE)) await api.removeFault(fault.id);
	await compareEveryone();
}

/** Gives `/reconcile run`, once no other run is at work. A run that a killed process left behind is not waited for. */
export async function compareEveryone(): Promise<void> {
	while (await isComparing()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	const id = await api.command(isOperator() ? state.user : 'operator', 'reconcile run', {});
	if (isOperator()) await follow(id);
}

async function isComparing(): Promise<boolean> {
	const [{ bot }, [newest]] = await Promise.all([api.state(), api.runs<Run>(1)]);
	return newest?.status === 'RUNNING' && newest.startedAt > (bot.startedAt ?? '');
}
