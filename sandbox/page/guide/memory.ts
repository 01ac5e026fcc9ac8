import type { Payer } from './payer.js';
import type { Step } from './progress.js';

/** What only this page knows of the world that is loaded. It survives a reload. */
export interface Memory {
	/** What has happened once stays ticked. */
	readonly done: readonly Step[];
	/** Whose subscription was cancelled last. */
	readonly cancelled: Payer | null;
}

const NOTHING: Memory = { done: [], cancelled: null };

let world = '';

/** @param loadedAt - when the world was loaded, which tells it from others */
export function enterWorld(loadedAt: string): void {
	world = loadedAt;
}

export function memory(): Memory {
	return { ...NOTHING, ...(JSON.parse(sessionStorage.getItem(key()) ?? '{}') as Partial<Memory>) };
}

export function remember(change: Partial<Memory>): void {
	sessionStorage.setItem(key(), JSON.stringify({ ...memory(), ...change }));
}

const key = () => `first minute of ${world}`;
