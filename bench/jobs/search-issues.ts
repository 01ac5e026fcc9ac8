import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metropolis } from '../../sandbox/world/metropolis.js';
import { SETTINGS, snapshotOf } from '../../sandbox/world/snapshot.js';
import { TYPE_NAMES } from '../../src/messages/format/format.js';
import { MAX_CHOICES } from '../../src/messages/format/limits.js';
import { kindsNamed, suggestIssue } from '../../src/messages/replies/find-issue.js';
import { detect } from '../../src/reconciliation/detection/detect.js';
import type { Detection } from '../../src/reconciliation/domain/detection.js';
import type { ListedIssue } from '../../src/reconciliation/fixes/bulk-plan.js';
import { createLedger } from '../../src/store/ledger.js';
import { openCountedDatabase } from './counted-database.js';
import { resetPeakRss } from './reset-peak-rss.js';

const GUILD = '1100000000000000100';
const ROUNDS = 5;

type Store = ReturnType<typeof createLedger>;

/** Searching for one text. Times per keystroke, the mean of several, in milliseconds. */
export interface Search {
	readonly name: string;
	readonly found: number;
	readonly wallMs: number;
	readonly cpuMs: number;
}

/** Stores `issues` open issues in an embedded database of its own and searches them as the autocomplete of `/reconcile fix` does. */
export async function searchIssues({
	issues
}: {
	readonly issues: number;
}): Promise<{ readonly searches: readonly Search[]; readonly loadAllMs: number }> {
	const dataDir = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
	const { database, close } = await openCountedDatabase(dataDir);
	try {
		const store = createLedger(database, GUILD);
		await storeIssues(store, issues);
		const startedAt = performance.now();
		const open = await store.openIssues('all');
		const loadAllMs = performance.now() - startedAt;
		if (open.length !== issues) throw new Error(`Stored ${open.length} of ${issues} issues.`);
		resetPeakRss();
		const searches: Search[] = [];
		for (const [name, text] of typedTexts(open)) searches.push({ name, ...(await measure(store, text)) });
		return { searches, loadAllMs };
	} finally {
		await close();
		await rm(dataDir, { recursive: true, force: true });
	}
}

async function storeIssues(store: Store, count: number): Promise<void> {
	const now = new Date();
	const start = { triggeredBy: 'manual', requestedBy: null, isVerificationRun: false, autoFixEnabled: false } as const;
	const runId = await store.startRun({ startedAt: now, ...start, scheduledDay: null, onlyMember: null, onlyMembers: null });
	if (runId === null) throw new Error('startRun returned no run.');
	await store.recordFindings(runId, { detection: detection(count, now), livemode: true, subscriptionsRead: count, at: now });
	await store.completeRun(runId, { issuesFixed: 0, hold: null, at: now });
}

/** A function of its own, so that the world it builds can be collected before measuring. */
function detection(count: number, now: Date): Detection {
	const { world } = metropolis(count, { drift: 1, now });
	const found = detect(snapshotOf(world), SETTINGS, now);
	return { ...found, issues: found.issues.slice(0, count) };
}

/** Texts of every sort that operators type. The issue named is the last in the order of the choices. */
function typedTexts(open: readonly ListedIssue[]): readonly (readonly [name: string, text: string])[] {
	const { discordName, discordId, id, type } = open.at(-1) as ListedIssue;
	return [
		['nothing typed', ''],
		['one letter', discordName.slice(0, 1)],
		['half a name', discordName.slice(0, Math.ceil(discordName.length / 2))],
		['a name', discordName],
		['a Discord ID', discordId],
		['an issue ID', id],
		['a kind', TYPE_NAMES[type]],
		['no match', 'zzzzzzzz']
	];
}

async function measure(store: Store, text: string): Promise<Omit<Search, 'name'>> {
	const search = async () => (await store.searchOpenIssues(text, MAX_CHOICES, kindsNamed(text))).map(suggestIssue);
	// Not measured: the first execution plans the query.
	const { length: found } = await search();
	const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
	for (let round = 0; round < ROUNDS; round += 1) await search();
	const { user, system } = process.cpuUsage(cpu);
	return { found, wallMs: (performance.now() - startedAt) / ROUNDS, cpuMs: (user + system) / 1000 / ROUNDS };
}
