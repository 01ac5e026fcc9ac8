import { formatRoles, isApplied } from '../detection/role-plan.js';
import type { FixOutcome, Plan } from '../domain/issue.js';
import { type AttemptStore, type ChangeGuard, type ChangePermission, type Guild, RoleChangeError, SourceError } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import { type AttemptOutcome, CLAIM_SECONDS, unchanged } from './attempt.js';

/**
 * The part that a fix and an undo share: changing one member's roles under a claim, and classifying the result by what is read back.
 * Every role call is made on a fresh look, and after an operator's decisions were checked.
 */

/** Oldest look that justifies a role call. A call can wait for its turn and for Discord's rate limit; then the fix looks again. */
const MAX_LOOK_AGE_MS = 2_000;

/** Looks for one role call. Sources that answer so slowly that no look is fresh do not answer reliably either. */
const MAX_LOOKS = 5;

/** Longer than the deadline of a role call. */
const CALL_SECONDS = 20;

/** What a look at the sources says. */
export interface Look {
	/** The managed roles held. */
	readonly roles: readonly RoleName[];
	/** What is left to change. */
	readonly plan: Plan;
	/** What counts as applied. */
	readonly goal: Plan;
	/** The outcome when the roles are as in `goal`. */
	readonly success: FixOutcome;
}

/** Looks at the sources now. @param rolesBefore - the roles before the first change of this attempt; null if it has made none */
export type TakeLook = (rolesBefore: readonly RoleName[] | null) => Promise<Look | { readonly end: AttemptOutcome }>;

export interface PlanApplication {
	readonly attemptId: string;
	readonly discordId: string;
	readonly look: TakeLook;
	/** For the guild's audit log. */
	readonly reason: string;
	/** Whether the heartbeat still holds the claim. */
	readonly isHeld: () => boolean;
	/** What an operator does when Discord accepted the change but … */
	readonly advice: {
		readonly unreadable: string;
		readonly notApplied: string;
	};
}

interface ApplicationPorts {
	readonly guild: Guild;
	readonly ledger: AttemptStore;
	readonly now: () => Date;
}

/** One role to grant or to revoke. */
interface Change {
	readonly kind: 'add' | 'remove';
	readonly role: RoleName;
}

const isSame = (one: Change, other: Change | null) => one.kind === other?.kind && one.role === other.role;

/**
 * Looks, changes the roles one at a time, reads them back and classifies the outcome.
 * @throws errors of the database alone: the claim then expires and the attempt is recovered
 */
export async function applyPlan(ports: ApplicationPorts, application: PlanApplication): Promise<AttemptOutcome> {
	const first = await application.look(null);
	return 'end' in first ? first.end : new Application(ports, application, first).run();
}

class Application {
	private lookedAt: Date;
	/** Changes that Discord accepted. They are not requested again. */
	private readonly accepted: Change[] = [];
	/** Whether a request was sent: roles may have changed. */
	private touched = false;
	/** Why it stopped before the plan was applied. */
	private end: AttemptOutcome | null = null;

	public constructor(
		private readonly ports: ApplicationPorts,
		private readonly application: PlanApplication,
		private latest: Look,
		private readonly rolesBefore = latest.roles
	) {
		this.lookedAt = ports.now();
	}

	public async run(): Promise<AttemptOutcome> {
		const refusal = await this.changeRoles();
		const { end } = this;
		if (!this.touched) return end ?? unchanged('FAILED', this.rolesBefore, refusal);
		return this.outcome(await this.readBack(), refusal);
	}

	/**
	 * Adds before it removes, so that a paying member is never without a role in between, and stops at the first refusal. One role at a
	 * time: writing the whole list would revert changes that others make meanwhile.
	 * @returns why Discord refused, or null
	 */
	private async changeRoles(): Promise<string | null> {
		const { guild } = this.ports;
		const { discordId, reason } = this.application;
		try {
			for (let change = this.next(); change !== null && this.end === null; change = this.next()) {
				const { kind, role } = change;
				const guard: ChangeGuard = (send) => this.sendIfRight({ kind, role }, send);
				const sent = await (kind === 'add'
					? guild.addRole(discordId, role, reason, guard)
					: guild.removeRole(discordId, role, reason, guard));
				if (sent) this.accepted.push(change);
			}
			return null;
		} catch (error) {
			if (error instanceof RoleChangeError) return error.message;
			throw error;
		}
	}

	/** What is left of the latest look. */
	private next(): Change | null {
		const { add, remove } = this.latest.plan;
		const changes = [...add.map((role): Change => ({ kind: 'add', role })), ...remove.map((role): Change => ({ kind: 'remove', role }))];
		return changes.find((change) => !this.accepted.some((done) => isSame(done, change))) ?? null;
	}

	/** Called when nothing is left to wait for: the change is sent at once or not at all. */
	private async sendIfRight(change: Change, send: () => Promise<void>): Promise<boolean> {
		const { ledger } = this.ports;
		const { attemptId } = this.application;
		for (let looks = 0; ; looks++) {
			if (this.isStale() && !(await this.lookAgain(looks))) return false;
			// The latest look may leave nothing to do, or something else.
			if (!isSame(change, this.next())) return false;
			if (!(await this.begin())) return false;
			try {
				if (this.isStale()) continue;
				this.touched = true;
				await send();
				return true;
			} finally {
				await ledger.endChange(attemptId);
			}
		}
	}

	private isStale(): boolean {
		return Math.abs(this.ports.now().getTime() - this.lookedAt.getTime()) > MAX_LOOK_AGE_MS;
	}

	/** @returns whether the attempt goes on */
	private async lookAgain(looks: number): Promise<boolean> {
		if (looks === MAX_LOOKS) {
			this.end = unchanged('FAILED', null, 'Stripe, Discord or the database answers too slowly to change roles safely. Try again later.');
			return false;
		}
		const look = await this.application.look(this.touched ? this.rolesBefore : null);
		this.lookedAt = this.ports.now();
		if ('end' in look) this.end = look.end;
		else if (this.accepted.some(({ kind, role }) => look.plan[kind].includes(role))) this.end = this.notApplied(look.roles);
		else this.latest = look;
		return this.end === null;
	}

	/** @returns whether the change may be sent */
	private async begin(): Promise<boolean> {
		const { ledger, now } = this.ports;
		const { attemptId, isHeld } = this.application;
		const permission: ChangePermission = isHeld()
			? await ledger.beginChange(attemptId, {
					seconds: CLAIM_SECONDS,
					callSeconds: CALL_SECONDS,
					rolesBefore: this.rolesBefore,
					at: now()
				})
			: 'LOST';
		if (permission !== 'GRANTED') this.end = refused(permission, this.latest.roles);
		return permission === 'GRANTED';
	}

	private outcome(rolesAfter: readonly RoleName[] | null, refusal: string | null): AttemptOutcome {
		const { rolesBefore, end: stopped } = this;
		const { advice } = this.application;
		const { goal, success } = this.latest;
		const end = (outcome: FixOutcome, error: string | null): AttemptOutcome => ({ outcome, rolesBefore, rolesAfter, error });
		// What was read back outweighs an error: the answer can get lost after the change was made.
		if (rolesAfter !== null && isApplied(goal, rolesAfter)) return end(success, refusal);
		if (stopped !== null) return { ...stopped, rolesBefore, rolesAfter };
		if (refusal !== null) return end('FAILED', refusal);
		if (rolesAfter === null) {
			return end('FAILED', `Discord accepted the change, but the roles could not be read back. ${advice.unreadable}`);
		}
		return { ...this.notApplied(rolesAfter), rolesBefore };
	}

	private notApplied(roles: readonly RoleName[]): AttemptOutcome {
		const happened = `Discord accepted the change, but it did not happen: the member has ${formatRoles(roles)}.`;
		return unchanged('NOT_APPLIED', roles, `${happened} ${this.application.advice.notApplied}`);
	}

	/**
	 * Discord can answer 204 without applying the change, so only what is read back counts. Null if Discord cannot be read.
	 * @throws {SourceError} if the database is down: the claim then expires, and the attempt is recovered
	 */
	private async readBack(): Promise<readonly RoleName[] | null> {
		try {
			return (await this.ports.guild.readMember(this.application.discordId))?.roles ?? null;
		} catch (error) {
			if (error instanceof SourceError && error.source !== 'database') return null;
			throw error;
		}
	}
}

/** The end of an attempt that may not change a role (any more). */
function refused(permission: Exclude<ChangePermission, 'GRANTED'>, roles: readonly RoleName[]): AttemptOutcome {
	switch (permission) {
		case 'LOST':
			return unchanged('INTERRUPTED', roles, 'Reeve lost its claim before it changed every role. Try again.');
		case 'EXEMPT':
			return unchanged('EXEMPT', roles, 'An operator has exempted this member.');
		case 'PAUSED':
			return unchanged('FAILED', roles, 'An operator has paused the daily runs, and with them their automatic fixes.');
	}
}
