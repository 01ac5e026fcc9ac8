import { runCooperatively } from '../../async/cooperative.js';
import { detectCooperatively } from '../detection/detect.js';
import { countEffects, type EffectCounts } from '../domain/effect.js';
import type { Coverage } from '../domain/onboarding.js';
import type { Billing, Guild, LinkReader, OnProgress } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import { readSnapshot } from '../runs/compare.js';

/** What the first run would find, in numbers. */
export interface Preflight {
	readonly coverage: Coverage;
	/** Members of whom something is unknown: they keep what they have. */
	readonly unknown: number;
	/** Of the issues of linked members. */
	readonly effects: EffectCounts;
}

/** Reads everything and compares it. Stores nothing. @throws {SourceError} */
export async function preflight(
	ports: { readonly billing: Billing; readonly guild: Guild; readonly ledger: LinkReader },
	policy: PolicySettings,
	{ now, onProgress }: { readonly now: Date; readonly onProgress: OnProgress }
): Promise<Preflight> {
	const { snapshot, analysis } = await readSnapshot(ports, policy, { now, onlyMember: null, lastGood: null, onProgress });
	const detection = await runCooperatively(detectCooperatively(snapshot, analysis, policy, now));
	return {
		coverage: detection.coverage,
		unknown: detection.unknown.size,
		effects: countEffects(detection.issues.filter(({ linked }) => linked))
	};
}
