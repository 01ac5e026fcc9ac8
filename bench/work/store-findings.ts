import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '../../sandbox/bot/seed.js';
import { metropolis } from '../../sandbox/world/metropolis.js';
import { SETTINGS, snapshotOf } from '../../sandbox/world/snapshot.js';
import { detect } from '../../src/reconciliation/detection/detect.js';
import type { Detection } from '../../src/reconciliation/domain/detection.js';
import { createLedger } from '../../src/store/ledger.js';
import { lookUpRows } from '../baselines/rows.js';
import { openCountedDatabase } from './counted-database.js';
import { resetPeak } from './peak.js';

const GUILD = '1100000000000000100';
const MINUTE_MS = 60_000;

/** What one step asked of the database. */
export interface Step {
	readonly wallMs: number;
	readonly queries: number;
}

export interface Stored {
	/** Who is who. */
	readonly links: Step;
	/** Every issue is new. */
	readonly opened: Step;
	/** The same issues, found again. */
	readonly seenAgain: Step;
	/** No drift any more. */
	readonly resolved: Step;
	/** No drift, as the run before. */
	readonly clear: Step;
	readonly issues: number;
	/** A look-up for each of so many members; the measure of a database asked for everybody. */
	readonly lookedUp: Step & { readonly members: number };
}

/** Stores what runs over so many members find, in an embedded database of its own. */
export async function storeFindings({ members, lookUps }: { readonly members: number; readonly lookUps: number }): Promise<Stored> {
	const dataDir = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
	const opened = await openCountedDatabase(dataDir);
	try {
		const { database, count } = opened;
		const now = new Date();
		const { found, nothing, people } = await prepare(members, now, database.prisma);
		const ledger = createLedger(database, GUILD);
		resetPeak();
		const step = async (work: () => Promise<unknown>): Promise<Step> => {
			const [queries, began] = [count(), performance.now()];
			await work();
			return { wallMs: performance.now() - began, queries: count() - queries };
		};
		let minutes = 0;
		const run = (detection: Detection) =>
			step(async () => {
				const at = new Date(now.getTime() + minutes++ * MINUTE_MS);
				const start = { triggeredBy: 'manual', requestedBy: null, isVerificationRun: false, autoFixEnabled: false } as const;
				const runId = await ledger.startRun({ startedAt: at, ...start, scheduledDay: null, onlyMember: null });
				if (runId === null) throw new Error('The run was refused.');
				await ledger.recordFindings(runId, { detection, livemode: true, subscriptionsRead: members, at });
				await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at });
			});
		return {
			links: await step(() => ledger.readLinks(() => {})),
			opened: await run(found),
			seenAgain: await run(found),
			resolved: await run(nothing),
			clear: await run(nothing),
			issues: found.issues.length,
			lookedUp: { ...(await step(() => lookUpRows(database.prisma, people.slice(0, lookUps)))), members: lookUps }
		};
	} finally {
		await opened.close();
		await rm(dataDir, { recursive: true, force: true });
	}
}

/** What is needed to prepare is left behind here. */
async function prepare(size: number, now: Date, prisma: Parameters<typeof seed>[0]) {
	const { world } = metropolis(size, { now });
	await seed(prisma, world.database);
	const picture = snapshotOf(world);
	const nobody = { ...picture, roster: snapshotOf({ ...world, guild: { members: [] } }).roster };
	return {
		found: detect(picture, SETTINGS, now),
		nothing: detect(nobody, SETTINGS, now),
		people: world.guild.members.map(({ id }) => id)
	};
}
