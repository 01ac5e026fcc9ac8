import type { Fault } from '../../services/core/faults.js';

/** What can go wrong at Discord, Stripe and the mail server, in plain words. */

export type NewFault = Omit<Fault, 'id'>;

export interface FaultSwitch {
	readonly title: string;
	readonly explanation: string;
	/** All of them are active while it is on. */
	readonly faults: readonly NewFault[];
}

/** Everywhere, a long wait for a person who watches. */
const SLOW_MS = 3_000;

const ROLE_CHANGE = '/members/*/roles/';

export const FAULT_SWITCHES: Readonly<Record<string, readonly FaultSwitch[]>> = {
	Stripe: [
		{
			title: 'Stripe does not answer',
			explanation: 'Requests wait until Reeve gives up.',
			faults: [{ target: 'stripe', kind: 'timeout' }]
		},
		{
			title: 'Stripe answers with errors',
			explanation: 'Every answer is 500, as in an outage.',
			faults: [{ target: 'stripe', kind: '500' }]
		},
		{
			title: 'Stripe is slow',
			explanation: `Every answer takes ${SLOW_MS / 1_000} seconds.`,
			faults: [{ target: 'stripe', kind: 'latency', ms: SLOW_MS }]
		},
		{
			title: 'Stripe forgets the end of its lists',
			explanation: 'Lists stop halfway and claim to be whole.',
			faults: [{ target: 'stripe', kind: 'truncate' }]
		}
	],
	Discord: [
		{
			title: 'Discord answers with errors',
			explanation: 'Every answer is 500. Reeve cannot reply to commands either.',
			faults: [{ target: 'discord', kind: '500' }]
		},
		{
			title: 'Discord refuses to change roles',
			explanation: 'Granting or revoking a role is refused: missing permission.',
			faults: [{ target: 'discord', kind: 'missing-permission', match: ROLE_CHANGE }]
		},
		{
			title: 'Discord closes the connection',
			explanation: 'The gateway drops Reeve, and again whenever it connects.',
			faults: [
				{ target: 'gateway', kind: 'drop', match: 'RESUME' },
				{ target: 'gateway', kind: 'drop', match: 'IDENTIFY' },
				{ target: 'gateway', kind: 'drop' }
			]
		},
		{
			title: 'The Discord server is unavailable',
			explanation: 'As in an outage of Discord: the server exists, but cannot be used.',
			faults: [{ target: 'gateway', kind: 'unavailable' }]
		}
	],
	Mail: [
		{
			title: 'The mail server refuses',
			explanation: 'It accepts no connection.',
			faults: [{ target: 'smtp', kind: 'refuse' }]
		}
	]
};

/** The active faults that are the switch's; empty while it is off. */
export function activeOf({ faults }: FaultSwitch, active: readonly Fault[]): readonly Fault[] {
	const found = faults.map((each) => active.filter((fault) => isSame(fault, each)));
	return found.every((same) => same.length > 0) ? found.flat() : [];
}

/** The active faults of no switch, which a script added. */
export function othersOf(active: readonly Fault[]): readonly Fault[] {
	const known = new Set(
		Object.values(FAULT_SWITCHES)
			.flat()
			.flatMap((each) => activeOf(each, active))
	);
	return active.filter((fault) => !known.has(fault));
}

/** Whether the active fault is the other one, its ID apart. */
export function isSame({ id: _, ...fault }: Fault, other: NewFault): boolean {
	const keys = new Set([...Object.keys(fault), ...Object.keys(other)]) as Set<keyof NewFault>;
	return [...keys].every((key) => fault[key] === other[key]);
}
