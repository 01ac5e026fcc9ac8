import { describe, expect, it } from 'vitest';
import { activeOf, FAULT_SWITCHES, type FaultSwitch, othersOf } from '../../../sandbox/page/panels/fault-switches.js';

const titled = (title: string): FaultSwitch => {
	const found = Object.values(FAULT_SWITCHES)
		.flat()
		.find((each) => each.title === title);
	if (!found) throw new Error(`There is no switch ${title}`);
	return found;
};

describe('the switches of the faults', () => {
	it('is on only while all of its faults are active', () => {
		const closing = titled('Discord closes the connection');
		const active = closing.faults.map((fault, index) => ({ ...fault, id: `fault_${index}` }));
		expect(activeOf(closing, active)).toEqual(active);
		expect(activeOf(closing, active.slice(1))).toEqual([]);
	});

	it('leaves a fault that only resembles its own to scripts', () => {
		const slow = titled('Stripe is slow');
		const own = { ...slow.faults[0], target: 'stripe', kind: 'latency', id: 'fault_1' } as const;
		const others = [
			{ ...own, id: 'fault_2', match: '/v1/events' },
			{ ...own, id: 'fault_3', ms: 1 }
		];
		expect(activeOf(slow, [own, ...others])).toEqual([own]);
		expect(othersOf([own, ...others])).toEqual(others);
	});

	it('has no two that are the same', () => {
		const all = Object.values(FAULT_SWITCHES).flat();
		expect(new Set(all.map(({ faults }) => JSON.stringify(faults))).size).toBe(all.length);
	});
});
