import type { FixAttempt } from '../../src/store/client/client.js';
import type { FaultHarness, RoleChange } from './harness.js';
import type { InjectedFault } from './injected-faults.js';
import type { Phase } from './phases.js';
import type { Roles } from './world.js';

/** What must hold whatever goes wrong, each with the words for when it does not. */

const sorted = (roles: Iterable<string>) => [...roles].sort().join('+') || 'nothing';

/** No role is taken, and none given, that is not wanted. */
export function wrongChanges(changes: readonly RoleChange[], goal: Roles): { readonly taken: string[]; readonly given: string[] } {
	const taken: string[] = [];
	const given: string[] = [];
	for (const { discordId, add, remove } of changes) {
		const wanted = goal.get(discordId);
		for (const role of remove) if (wanted === undefined || wanted.includes(role)) taken.push(`${role} was taken from ${discordId}`);
		for (const role of add) if (!wanted?.includes(role)) given.push(`${role} was given to ${discordId}`);
	}
	return { taken, given };
}

/** Changes of one attempt, with the roles before the first and after the last of them. */
interface RoleChangeRecord {
	readonly discordId: string;
	readonly reason: string;
	readonly before: readonly string[];
	after: readonly string[];
}

/** What was done to whom, in the words of Discord's audit log. */
function deedsOf(changes: readonly RoleChange[], start: Roles): readonly RoleChangeRecord[] {
	const held = new Map(start);
	const deeds: RoleChangeRecord[] = [];
	for (const { discordId, add, remove, reason } of changes) {
		const before = held.get(discordId) ?? [];
		const after = [...before.filter((role) => !remove.includes(role)), ...add];
		held.set(discordId, after);
		const last = deeds.findLast((deed) => deed.discordId === discordId);
		if (last?.reason === reason) last.after = after;
		else deeds.push({ discordId, reason, before, after });
	}
	return deeds;
}

/** Every change that Discord accepted is in an attempt to fix, with the roles before and after, and in the audit log. */
export async function lostRecords(
	{ database }: FaultHarness,
	changes: readonly RoleChange[],
	start: Roles,
	mishap: InjectedFault
): Promise<string[]> {
	const { prisma } = database;
	const [attempts, audited] = [await prisma.fixAttempt.findMany(), await prisma.auditLog.findMany()];
	const broken: string[] = [];
	for (const { discordId, reason, before, after } of deedsOf(changes, start)) {
		const [, undoId] = /undo (\S+) of fix/.exec(reason) ?? [];
		const [, issueId] = /issue ([^\s,]+)/.exec(reason) ?? [];
		const meant = attempts.filter((attempt) => (undoId ? attempt.id === undoId : attempt.undoes === null && attempt.issueId === issueId));
		const tells = ({ rolesBefore, rolesAfter, error }: FixAttempt) => {
			if (sorted((rolesBefore ?? ['?']) as string[]) !== sorted(before)) return false;
			// Whom Discord does not let read back, nobody can know; the attempt says so.
			return rolesAfter === null ? mishap.target === 'discord' && error !== null : sorted(rolesAfter as string[]) === sorted(after);
		};
		if (!meant.some(tells))
			broken.push(
				`${discordId} went from ${sorted(before)} to ${sorted(after)}, and the attempts say ${JSON.stringify(
					meant.map(({ outcome, rolesBefore, rolesAfter, error }) => ({ outcome, rolesBefore, rolesAfter, error }))
				)}`
			);
	}
	for (const { id, outcome } of attempts) {
		const lines = audited.filter(({ attemptId, action }) => attemptId === id && (action === 'fix' || action === 'undo')).length;
		if (outcome !== null && lines !== 1) broken.push(`an attempt that ended ${outcome} has ${lines} lines in the audit log`);
	}
	return broken;
}

/** With the fault gone, everybody has what is right, nothing is open, under way or untold, and nothing was told twice. */
export async function notHealed(house: FaultHarness, { end }: Phase): Promise<string[]> {
	const { prisma } = house.database;
	const held = house.roles();
	const reports = house.reports();
	const wrong = [...end].filter(([id, right]) => sorted(held.get(id) ?? []) !== sorted(right));
	const left = {
		'attempts without an outcome': await prisma.fixAttempt.count({ where: { outcome: null } }),
		'open issues': await prisma.issue.count({ where: { status: { in: ['OPEN', 'FIXING'] } } }),
		'runs under way': await prisma.reconciliationRun.count({ where: { status: 'RUNNING' } }),
		'untold news': await prisma.delivery.count({ where: { status: 'PENDING' } })
	};
	return [
		...reports.filter((report, index) => reports.indexOf(report) !== index).map((report) => `report ${report} was posted again`),
		...wrong.map(([id, right]) => `${id} has ${sorted(held.get(id) ?? [])} in the end, and not ${sorted(right)}`),
		...Object.entries(left).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} in the end`]))
	];
}
