import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '../../sandbox/bot/seed.js';
import { metropolis } from '../../sandbox/world/metropolis.js';
import { SETTINGS, snapshotOf } from '../../sandbox/world/snapshot.js';
import { detect } from '../../src/reconciliation/detection/detect.js';
import type { Detection } from '../../src/reconciliation/domain/detection.js';
import type { DriftIssue, OpenIssue } from '../../src/reconciliation/domain/issue.js';
import { openDatabase } from '../../src/store/connection/database.js';
import { createLedger } from '../../src/store/ledger.js';
import { resetPeakRss } from './reset-peak-rss.js';

const GUILD = '1100000000000000100';
const DAY_MS = 86_400_000;
/** An operator fixes one issue in a hundred a day, and as many new ones appear. */
const FIXED_PER_DAY = 0.01;

type Store = ReturnType<typeof createLedger>;

export interface Growth {
	readonly bytes: number;
	readonly wallMs: number;
	/** Mean of the daily maintenance. */
	readonly maintenanceMs: number;
	readonly issues: number;
}

/** Days of an embedded database: each with a scheduled run, its report and mail, fixes, and the housekeeping that follows. */
export async function growDatabase({
	members,
	openShare,
	days
}: {
	readonly members: number;
	/** Share of the members with an open issue, every day. */
	readonly openShare: number;
	readonly days: number;
}): Promise<Growth> {
	const dataDir = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
	const { SANDBOX_DATABASE_TEMPLATE: template } = process.env;
	if (template !== undefined) await cp(template, dataDir, { recursive: true });
	const database = await openDatabase({ dataDir });
	try {
		const start = new Date('2026-01-01T03:00:00Z');
		const open = Math.round(members * openShare);
		const detection = await prepare(members, open, start, database.prisma);
		const store = createLedger(database, GUILD);
		resetPeakRss();
		const startedMs = performance.now();
		let maintenanceMs = 0;
		for (let day = 0; day < days; day += 1) {
			const at = new Date(start.getTime() + day * DAY_MS);
			const fixed = Math.round(open * FIXED_PER_DAY);
			const { runId, found } = await run(store, at, { ...detection, issues: rotated(detection.issues, day * fixed, open) });
			// The next day's issues are without these.
			for (const issue of found.slice(0, fixed)) await fix(store, runId, at, issue);
			const maintainedMs = performance.now();
			await store.maintain(new Date(at.getTime() + DAY_MS / 2));
			maintenanceMs += performance.now() - maintainedMs;
		}
		const wallMs = performance.now() - startedMs;
		return { bytes: await folderSize(dataDir), wallMs, maintenanceMs: maintenanceMs / days, issues: open };
	} finally {
		await database.close();
		await rm(dataDir, { recursive: true, force: true });
	}
}

/** A function of its own, so that the world it builds can be collected. @returns findings with ten days' more issues than are open at once */
async function prepare(members: number, open: number, now: Date, prisma: Parameters<typeof seed>[0]): Promise<Detection> {
	const spare = 10 * Math.round(open * FIXED_PER_DAY);
	const { world } = metropolis(members, { drift: Math.min(1, (1.5 * (open + spare)) / members), now });
	await seed(prisma, world.database);
	const found = detect(snapshotOf(world), SETTINGS, now);
	return { ...found, issues: found.issues.slice(0, open + spare) };
}

/** `count` issues from `first` on, in the order of the members' IDs; the end is followed by the beginning. */
function rotated(issues: readonly DriftIssue[], first: number, count: number): readonly DriftIssue[] {
	return Array.from({ length: count }, (_, index) => issues[(first + index) % issues.length] as DriftIssue);
}

async function run(
	store: Store,
	at: Date,
	detection: Detection
): Promise<{ readonly runId: string; readonly found: readonly OpenIssue[] }> {
	const runId = await store.startRun({
		startedAt: at,
		triggeredBy: 'scheduled',
		requestedBy: null,
		isVerificationRun: false,
		autoFixEnabled: false,
		scheduledDay: at.toISOString().slice(0, 10),
		onlyMember: null,
		onlyMembers: null
	});
	if (runId === null) throw new Error('startRun returned no run.');
	const found = await store.recordFindings(runId, { detection, livemode: true, subscriptionsRead: detection.membersChecked, at });
	await store.completeRun(runId, { issuesFixed: 0, hold: null, at, channels: ['report', 'mail'] });
	for (const { id } of await store.claimMessages({ subject: `run:${runId}` }, at)) await store.markDelivered(id, at);
	return { runId, found };
}

async function fix(store: Store, runId: string, at: Date, { id, planHash, discordRoles, expectedRoles }: OpenIssue): Promise<void> {
	const claimed = await store.claimIssue(id, planHash, '1100000000000000300', runId, 60);
	if (claimed.kind !== 'claimed') throw new Error(`The issue could not be claimed: ${claimed.kind}.`);
	await store.endAttempt(claimed.claim.attemptId, {
		outcome: 'FIXED',
		rolesBefore: discordRoles,
		rolesAfter: expectedRoles,
		error: null,
		at
	});
}

async function folderSize(folder: string): Promise<number> {
	let bytes = 0;
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
		if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
	return bytes;
}
