import { describe, expect, it } from 'vitest';
import { runToCompletion } from '../../../src/async/cooperative.js';
import {
	analyzeLinks,
	detectCooperatively,
	type Snapshot,
	unlinkedHolders,
	withExtraCustomers
} from '../../../src/reconciliation/detection/detect.js';
import type { Customer } from '../../../src/reconciliation/domain/billing.js';
import {
	ADA,
	BOB,
	customer,
	detection,
	inGuild,
	linkIndex,
	MAPPED,
	NOW,
	type Parts,
	row,
	snapshot,
	subscription,
	userId
} from '../builders.js';

const CAROL = userId(3);

const PARTS: Parts = {
	customers: [customer({ metadataDiscordId: ADA })],
	subscriptions: [subscription()],
	guild: [inGuild(ADA, 'Knight'), inGuild(BOB, 'Lord'), inGuild(CAROL)]
};
const EXTRA = customer({ id: 'cus_bob', metadataDiscordId: BOB });

const analyze = (read: Snapshot) => runToCompletion(analyzeLinks(read, MAPPED, NOW));
const extended = (parts: Parts, customers: readonly Customer[]) => {
	const read = snapshot(parts);
	return withExtraCustomers(read, analyze(read), customers);
};

describe('withExtraCustomers', () => {
	it('gives the detection of a snapshot that had these customers from the start', () => {
		const { snapshot: all, analysis } = extended(PARTS, [EXTRA]);
		const found = runToCompletion(detectCooperatively(all, analysis, MAPPED, NOW));
		expect(found).toEqual(detection({ ...PARTS, customers: [...(PARTS.customers ?? []), EXTRA] }));
		expect(found.issues).toMatchObject([{ discordId: BOB, linked: true, severity: 'HIGH', customerIds: ['cus_bob'] }]);
	});

	it('leaves the snapshot and the analysis that it was given as they were', () => {
		const read = snapshot(PARTS);
		const analysis = analyze(read);
		withExtraCustomers(read, analysis, [EXTRA, customer({ id: 'cus_2', metadataDiscordId: ADA })]);
		expect(read.billing.accounts.has('cus_bob')).toBe(false);
		expect(analysis.linkIndex.get(ADA)?.customerIds).toEqual(['cus_1']);
		expect(analysis.linkIndex.has(BOB)).toBe(false);
		expect(runToCompletion(unlinkedHolders(read, analysis))).toEqual([BOB]);
	});

	it('returns the same values when it adds no customer', () => {
		const read = snapshot(PARTS);
		const analysis = analyze(read);
		expect(withExtraCustomers(read, analysis, [])).toEqual({ snapshot: read, analysis });
		const again = withExtraCustomers(read, analysis, [customer({ metadataDiscordId: BOB })]);
		expect(again.snapshot).toBe(read);
		expect(again.analysis).toBe(analysis);
	});
});

describe('LinkIndex.with', () => {
	it('adds customers to known and to new users', () => {
		const index = linkIndex(PARTS).with([EXTRA, customer({ id: 'cus_2', metadataDiscordId: ADA })]);
		expect(index.get(ADA)?.customerIds).toEqual(['cus_1', 'cus_2']);
		expect(index.get(BOB)?.customerIds).toEqual(['cus_bob']);
		expect([...index.ids()]).toEqual([ADA, BOB]);
		expect(index.size).toBe(2);
	});

	it('lets a row override the metadata of an additional customer', () => {
		const index = linkIndex({ ...PARTS, rows: [row({ discordId: ADA, stripeCustomerId: 'cus_bob' })] }).with([EXTRA]);
		expect(index.has(BOB)).toBe(false);
	});

	it('reports malformed values of all customers, and does not add them to the index it extends', () => {
		const base = linkIndex({ customers: [customer({ metadataDiscordId: 'ada#1' })] });
		const index = base.with([customer({ id: 'cus_2', metadataDiscordId: 'bob#2' })]);
		expect(index.malformed).toEqual([
			{ customerId: 'cus_1', value: 'ada#1' },
			{ customerId: 'cus_2', value: 'bob#2' }
		]);
		expect(base.malformed).toHaveLength(1);
	});

	it('can be extended again', () => {
		const index = linkIndex(PARTS)
			.with([EXTRA])
			.with([customer({ id: 'cus_carol', metadataDiscordId: CAROL }), customer({ id: 'cus_3', metadataDiscordId: BOB })]);
		expect([...index.ids()]).toEqual([ADA, BOB, CAROL]);
		expect(index.get(BOB)?.customerIds).toEqual(['cus_3', 'cus_bob']);
		expect(index.size).toBe(3);
	});
});
