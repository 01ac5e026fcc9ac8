import { type Fault, Faults } from '../../sandbox/services/core/faults.js';
import type { Target as SandboxTarget } from '../../sandbox/services/core/request-log.js';

/** What can go wrong, where, and when. */

export type Target = SandboxTarget | 'database';

export interface InjectedFault {
	readonly target: Target;
	readonly kind: string;
	/** How many requests pass before. */
	readonly after: number;
	/** From then on; else once. */
	readonly lasting: boolean;
	readonly fault?: Partial<Fault>;
}

/** Knows whether anything has gone wrong yet. */
export interface FaultState {
	readonly injected: boolean;
}

/** The sandbox's faults, counted. */
export class CountedFaults extends Faults implements FaultState {
	public injected = false;

	public override add(fault: Omit<Fault, 'id'>): Fault {
		// What befalls the gateway at once befalls no request.
		if (fault.target === 'gateway' && fault.match === undefined) this.injected = true;
		return super.add(fault);
	}

	public override take(target: SandboxTarget, what: string): readonly Fault[] {
		const taken = super.take(target, what);
		if (taken.length > 0) this.injected = true;
		return taken;
	}

	public override clear(): void {
		super.clear();
		this.injected = false;
	}
}

/** `away`: nothing happens. `lost`: it happens, and the answer does not arrive. */
export type DatabaseKind = 'away' | 'lost';

/** What befalls the statements that go to the database. */
export class DatabaseFaults implements FaultState {
	public injected = false;
	private mishap: { readonly kind: DatabaseKind; readonly lasting: boolean; passing: number } | null = null;

	public set({ kind, after, lasting }: { readonly kind: DatabaseKind; readonly after: number; readonly lasting: boolean }): void {
		this.mishap = { kind, lasting, passing: after };
		this.injected = false;
	}

	public clear(): void {
		this.mishap = null;
		this.injected = false;
	}

	/** @param canBeLost - whether the answer can get lost when it has happened: what is not committed has not happened */
	public take(canBeLost: boolean): DatabaseKind | null {
		const { mishap } = this;
		if (mishap === null) return null;
		if (this.injected) return mishap.lasting ? 'away' : null;
		if (mishap.kind === 'lost' && !canBeLost) return null;
		if (mishap.passing > 0) {
			mishap.passing -= 1;
			return null;
		}
		this.injected = true;
		return mishap.kind;
	}
}
