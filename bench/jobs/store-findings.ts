import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '../../sandbox/bot/seed.js';
import { metropolis } from '../../sandbox/world/metropolis.js';
import { SETTINGS, snapshotOf } from '../../sandbox/world/snapshot.js';
import { detect } from '../../src/reconciliation/detection/detect.js';
import type { Detection } from '../../src/reconciliation/domain/detection.js';
import { createLedger } from '../../src/store/ledger.js';
import { queryPerMember } from '../baselines/query-per-member.js';
import { openCountedDatabase } from './counted-database.js';
import { resetPeakRss } from './reset-peak-rss.js';

const GUILD = '1100000000000000100';
const MINUTE_MS = 60_000;

/** Cost of one step. */
export interface Step {
	readonly wallMs: number;
	readonly queries: number;
}

export interface Stored {
	readonly links: Step;
	/** All issues are new. */
	readonly opened: Step;
	/** The same issues are found again. */
	readonly seenAgain: Step;
	/** All issues are gone. */
	readonly resolved: Step;
	/** No drift, as in the previous run. */
	readonly clear: Step;
	readonly issues: number;
	/** Baseline: one query per member. */
	readonly lookedUp: Step & { readonly members: number };
}

/** Stores the findings of five successive runs in an embedded database of its own. */
export async function storeFindings({ members, lookups }: { readonly members: number; readonly lookups: number }): Promise<Stored> {
	const dataDir = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
	const opened = await openCountedDatabase(dataDir);
	try {
		const { database, count } = opened;
		const now = new Date();
		const { drifted, clear, discordIds } = await prepare(members, now, database.prisma);
		const ledger = createLedger(database, GUILD);
		resetPeakRss();
		const step = async (work: () => Promise<unknown>): Promise<Step> => {
			const [queries, startedAt] = [count(), performance.now()];
			await work();
			return { wallMs: performance.now() - startedAt, queries: count() - queries };
		};
		let minutes = 0;
		const run = (detection: Detection) =>
			step(async () => {
				const at = new Date(now.getTime() + minutes++ * MINUTE_MS);
				const start = { triggeredBy: 'manual', requestedBy: null, isVerificationRun: false, autoFixEnabled: false } as const;
				const runId = await ledger.startRun({ startedAt: at, ...start, scheduledDay: null, onlyMember: null, onlyMembers: null });
				if (runId === null) throw new Error('startRun returned no run.');
				await ledger.recordFindings(runId, { detection, livemode: true, subscriptionsRead: members, at });
				await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at });
			});
		return {
			links: await step(() => ledger.readLinks(() => {})),
			opened: await run(drifted),
			seenAgain: await run(drifted),
			resolved: await run(clear),
			clear: await run(clear),
			issues: drifted.issues.length,
			lookedUp: { ...(await step(() => queryPerMember(database.prisma, discordIds.slice(0, lookups)))), members: lookups }
		};
	} finally {
		await opened.close();
		await rm(dataDir, { recursive: true, force: true });
	}
}

/** A function of its own, so that the world it builds can be collected before measuring. */
async function prepare(size: number, now: Date, prisma: Parameters<typeof seed>[0]) {
	const { world } = metropolis(size, { now });
	await seed(prisma, world.database);
	const snapshot = snapshotOf(world);
	const emptyGuild = { ...snapshot, roster: snapshotOf({ ...world, guild: { members: [] } }).roster };
	return {
		drifted: detect(snapshot, SETTINGS, now),
		clear: detect(emptyGuild, SETTINGS, now),
		discordIds: world.guild.members.map(({ id }) => id)
	};
}
