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

/** The changes of one attempt, with the roles before the first and after the last. */
interface RoleChangeRecord {
	readonly discordId: string;
	readonly reason: string;
	readonly before: readonly string[];
	after: readonly string[];
}

/** Groups role changes by member and audit log reason, which is one attempt. */
function groupByAttempt(changes: readonly RoleChange[], start: Roles): readonly RoleChangeRecord[] {
	const held = new Map(start);
	const records: RoleChangeRecord[] = [];
	for (const { discordId, add, remove, reason } of changes) {
		const before = held.get(discordId) ?? [];
		const after = [...before.filter((role) => !remove.includes(role)), ...add];
		held.set(discordId, after);
		const last = records.findLast((record) => record.discordId === discordId);
		if (last?.reason === reason) last.after = after;
		else records.push({ discordId, reason, before, after });
	}
	return records;
}

/** Accepted role changes without an attempt that stores the roles before and after, and attempts without an audit log entry. */
export async function lostRecords(
	{ database }: FaultHarness,
	changes: readonly RoleChange[],
	start: Roles,
	injection: InjectedFault
): Promise<string[]> {
	const { prisma } = database;
	const [attempts, audited] = [await prisma.fixAttempt.findMany(), await prisma.auditLog.findMany()];
	const broken: string[] = [];
	for (const { discordId, reason, before, after } of groupByAttempt(changes, start)) {
		const [, undoId] = /undo (\S+) of fix/.exec(reason) ?? [];
		const [, issueId] = /issue ([^\s,]+)/.exec(reason) ?? [];
		const candidates = attempts.filter((attempt) =>
			undoId ? attempt.id === undoId : attempt.undoes === null && attempt.issueId === issueId
		);
		const matches = ({ rolesBefore, rolesAfter, error }: FixAttempt) => {
			if (sorted((rolesBefore ?? ['?']) as string[]) !== sorted(before)) return false;
			// When Discord fails the read-back, the attempt stores an error instead of the roles.
			return rolesAfter === null ? injection.target === 'discord' && error !== null : sorted(rolesAfter as string[]) === sorted(after);
		};
		if (!candidates.some(matches))
			broken.push(
				`${discordId} went from ${sorted(before)} to ${sorted(after)}, but the attempts store ${JSON.stringify(
					candidates.map(({ outcome, rolesBefore, rolesAfter, error }) => ({ outcome, rolesBefore, rolesAfter, error }))
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
