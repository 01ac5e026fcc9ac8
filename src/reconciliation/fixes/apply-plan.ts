import { formatRoles, isApplied } from '../detection/role-plan.js';
import type { FixOutcome, Plan } from '../domain/issue.js';
import { type AttemptStore, type Guild, RoleChangeError, SourceError } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';
import { type AttemptOutcome, CLAIM_SECONDS, unchanged } from './attempt.js';

/** The part that a fix and an undo share: changing one member's roles under a claim, and classifying the result by what is read back. */

export interface PlanApplication {
	readonly attemptId: string;
	readonly discordId: string;
	/** The roles to change. */
	readonly plan: Plan;
	/** What counts as applied, where `plan` is only what an interrupted attempt left of it. */
	readonly goal?: Plan;
	/** The managed roles as just read. */
	readonly rolesBefore: readonly RoleName[];
	/** For the guild's audit log. */
	readonly reason: string;
	/** Whether the heartbeat still holds the claim. */
	readonly isHeld: () => boolean;
	/** The outcome when the roles are as planned. */
	readonly success: FixOutcome;
	/** What an operator does when Discord accepted the change but … */
	readonly advice: {
		readonly unreadable: string;
		readonly notApplied: string;
	};
}

/**
 * Checks the claim, changes the roles, reads them back and classifies the outcome.
 * @throws errors of the database alone: the claim then expires and the attempt is recovered
 */
export async function applyPlan(
	{ guild, ledger }: { readonly guild: Guild; readonly ledger: AttemptStore },
	application: PlanApplication
): Promise<AttemptOutcome> {
	const { attemptId, discordId, plan, goal = plan, rolesBefore, reason, isHeld, success, advice } = application;
	// The last step before a role is touched: a process that lost its claim must not change roles. Stores `rolesBefore` for recovery.
	if (!isHeld() || !(await ledger.renewClaim(attemptId, CLAIM_SECONDS, rolesBefore))) {
		return unchanged('INTERRUPTED', rolesBefore, 'Reeve lost its claim before it changed a role. Nothing was changed; try again.');
	}
	const refusal = await changeRoles(guild, { discordId, plan }, reason);
	const rolesAfter = await readBack(guild, discordId);
	const end = (outcome: FixOutcome, error: string | null): AttemptOutcome => ({ outcome, rolesBefore, rolesAfter, error });
	// What was read back outweighs an error: the answer can get lost after the change was made.
	if (rolesAfter !== null && isApplied(goal, rolesAfter)) return end(success, refusal);
	if (refusal !== null) return end('FAILED', refusal);
	if (rolesAfter === null) {
		return end('FAILED', `Discord accepted the change, but the roles could not be read back. ${advice.unreadable}`);
	}
	const happened = `Discord accepted the change, but it did not happen: the member has ${formatRoles(rolesAfter)}.`;
	return end('NOT_APPLIED', `${happened} ${advice.notApplied}`);
}

/**
 * Adds before it removes, so that a paying member is never without a role in between, and stops at the first refusal. One role at a
 * time: writing the whole list would revert changes that others make meanwhile.
 * @returns why Discord refused, or null
 */
async function changeRoles(
	guild: Guild,
	{ discordId, plan }: { readonly discordId: string; readonly plan: Plan },
	reason: string
): Promise<string | null> {
	try {
		for (const role of plan.add) await guild.addRole(discordId, role, reason);
		for (const role of plan.remove) await guild.removeRole(discordId, role, reason);
		return null;
	} catch (error) {
		if (error instanceof RoleChangeError) return error.message;
		throw error;
	}
}

/**
 * Discord can answer 204 without applying the change, so only what is read back counts. Null if Discord cannot be read.
 * @throws {SourceError} if the database is down: the claim then expires, and the attempt is recovered
 */
async function readBack(guild: Guild, discordId: string): Promise<readonly RoleName[] | null> {
	try {
		return (await guild.readMember(discordId))?.roles ?? null;
	} catch (error) {
		if (error instanceof SourceError && error.source !== 'database') return null;
		throw error;
	}
}
