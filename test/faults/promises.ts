import type { FixAttempt } from '../../src/store/client/client.js';
import type { FaultHarness, RoleChange } from './harness.js';
import type { InjectedFault } from './injected-faults.js';
import type { Phase } from './phases.js';
import type { Roles } from './world.js';

/** The invariants that hold under every fault. Each function returns the violations as text. */

const sorted = (roles: Iterable<string>) => [...roles].sort().join('+') || 'nothing';

/** Role changes other than those towards the goal. */
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

/** The roles of each member at the start and after each accepted change, in order. */
function historiesOf(changes: readonly RoleChange[], start: Roles): ReadonlyMap<string, readonly string[]> {
	const held = new Map(start);
	const histories = new Map<string, string[]>();
	for (const { discordId, add, remove } of changes) {
		const before = held.get(discordId) ?? [];
		const after = [...before.filter((role) => !remove.includes(role)), ...add];
		held.set(discordId, after);
		const history = histories.get(discordId) ?? [sorted(before)];
		histories.set(discordId, [...history, sorted(after)]);
	}
	return histories;
}

/**
 * Whether the attempts of a member, in order, lead from the first roles of the history to the last without a gap. An interrupted attempt and
 * the one that resumed it each record their own part.
 * @param mayLackReadBack - when Discord fails the read-back, the attempt stores an error instead of the roles
 */
function isRecorded(history: readonly string[], attempts: readonly FixAttempt[], mayLackReadBack: boolean): boolean {
	let reached = new Set([0]);
	for (const { rolesBefore, rolesAfter, error } of attempts) {
		const next = new Set<number>();
		for (const from of reached) {
			if (rolesBefore === null || sorted(rolesBefore as string[]) !== history[from]) continue;
			for (let to = from; to < history.length; to++) {
				const ends = rolesAfter === null ? mayLackReadBack && error !== null : sorted(rolesAfter as string[]) === history[to];
				if (ends) next.add(to);
			}
		}
		// An attempt that ended before it read the member changed nothing.
		if (rolesBefore === null || next.size === 0) for (const from of reached) next.add(from);
		reached = next;
	}
	return reached.has(history.length - 1);
}

/** Accepted role changes without attempts that store the roles before and after, and attempts without an audit log entry. */
export async function lostRecords(
	{ database }: FaultHarness,
	changes: readonly RoleChange[],
	start: Roles,
	injection: InjectedFault
): Promise<string[]> {
	const { prisma } = database;
	const attempts = await prisma.fixAttempt.findMany({ include: { issue: { select: { discordId: true } } }, orderBy: { startedAt: 'asc' } });
	const audited = await prisma.auditLog.findMany();
	const broken: string[] = [];
	for (const [discordId, history] of historiesOf(changes, start)) {
		const own = attempts.filter(({ issue }) => issue.discordId === discordId);
		if (!isRecorded(history, own, injection.target === 'discord'))
			broken.push(
				`${discordId} went from ${history.join(' to ')}, but the attempts store ${JSON.stringify(
					own.map(({ outcome, rolesBefore, rolesAfter, error }) => ({ outcome, rolesBefore, rolesAfter, error }))
				)}`
			);
	}
	for (const { id, outcome } of attempts) {
		const lines = audited.filter(({ attemptId, action }) => attemptId === id && (action === 'fix' || action === 'undo')).length;
		if (outcome !== null && lines !== 1) broken.push(`an attempt that ended ${outcome} has ${lines} lines in the audit log`);
	}
	return broken;
}

/** What is left after recovery: wrong roles, open issues, unfinished work, undelivered notifications, reports posted twice. */
export async function unrecovered(harness: FaultHarness, { end }: Phase): Promise<string[]> {
	const { prisma } = harness.database;
	const held = harness.roles();
	const reports = harness.reports();
	const wrong = [...end].filter(([id, right]) => sorted(held.get(id) ?? []) !== sorted(right));
	const left = {
		'attempts without an outcome': await prisma.fixAttempt.count({ where: { outcome: null } }),
		'open issues': await prisma.issue.count({ where: { status: { in: ['OPEN', 'FIXING'] } } }),
		'running runs': await prisma.reconciliationRun.count({ where: { status: 'RUNNING' } }),
		'pending notifications': await prisma.delivery.count({ where: { status: 'PENDING' } })
	};
	return [
		...reports.filter((report, index) => reports.indexOf(report) !== index).map((report) => `report ${report} was posted again`),
		...wrong.map(([id, right]) => `${id} has ${sorted(held.get(id) ?? [])} in the end instead of ${sorted(right)}`),
		...Object.entries(left).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what} in the end`]))
	];
}
