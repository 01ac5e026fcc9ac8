import { type Fault, Faults } from '../../sandbox/services/core/faults.js';
import type { Target as SandboxTarget } from '../../sandbox/services/core/request-log.js';

export type Target = SandboxTarget | 'database';

export interface InjectedFault {
	readonly target: Target;
	readonly kind: string;
	/** How many matching requests succeed first. */
	readonly after: number;
	/** Whether all later requests fail as well, or only one. */
	readonly lasting: boolean;
	readonly fault?: Partial<Fault>;
}

/** Whether the fault has hit a request. */
export interface FaultState {
	readonly injected: boolean;
}

/** The sandbox's faults, recording whether one was taken. */
export class CountedFaults extends Faults implements FaultState {
	public injected = false;

	public override add(fault: Omit<Fault, 'id'>): Fault {
		// A gateway fault without a match takes effect at once and not at a request.
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

/** `away`: the statement is not executed. `lost`: it is executed and the response is lost. */
export type DatabaseKind = 'away' | 'lost';

/** Decides which database statements fail. */
export class DatabaseFaults implements FaultState {
	public injected = false;
	private fault: { readonly kind: DatabaseKind; readonly lasting: boolean; remaining: number } | null = null;

	public set({ kind, after, lasting }: { readonly kind: DatabaseKind; readonly after: number; readonly lasting: boolean }): void {
		this.fault = { kind, lasting, remaining: after };
		this.injected = false;
	}

	public clear(): void {
		this.fault = null;
		this.injected = false;
	}

	/** @param canBeLost - whether `lost` applies: losing the response matters only for a committed write */
	public take(canBeLost: boolean): DatabaseKind | null {
		const { fault } = this;
		if (fault === null) return null;
		if (this.injected) return fault.lasting ? 'away' : null;
		if (fault.kind === 'lost' && !canBeLost) return null;
		if (fault.remaining > 0) {
			fault.remaining -= 1;
			return null;
		}
		this.injected = true;
		return fault.kind;
	}
}
