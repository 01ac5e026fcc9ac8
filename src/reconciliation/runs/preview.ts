import { type Cooperative, forEachYielding, runCooperatively } from '../../async/cooperative.js';
import { describeRuleChange } from '../detection/describe-rules.js';
import { detectCooperatively, type Reading } from '../detection/detect.js';
import { diffRoles } from '../detection/role-plan.js';
import { describeUnknown } from '../detection/unknown.js';
import type { Detection } from '../domain/detection.js';
import { countEffects, EFFECTS, type Effect, type EffectCounts, effectOf } from '../domain/effect.js';
import type { RosterMember } from '../domain/guild.js';
import type { DriftIssue } from '../domain/issue.js';
import type { Billing, Guild, Ledger, LinkReader, OnProgress } from '../domain/ports.js';
import { type RoleName, type Rules, rankedRoles, rulesEqual } from '../domain/rules.js';
import type { RunSettings } from '../domain/run.js';
import { currentRules } from '../fixes/unaccepted-rules.js';
import { readSnapshot } from './compare.js';

/** Compares two sets of rules on what Stripe, Discord and the database say now: who gains and who loses. Changes nothing. */

/** Rules, and the adapters that read with them. */
export interface PreviewSide {
	readonly settings: Pick<RunSettings, 'policy' | 'discordIdKey'>;
	readonly billing: Billing;
	readonly guild: Guild;
}

export interface Preview {
	/** What differs between the rules, a sentence each. */
	readonly changes: readonly string[];
	readonly effects: EffectCounts;
	/** Members with other roles under the new rules: those who lose access first. */
	readonly members: readonly PreviewedMember[];
	/** Members of whom something is unknown under the new rules only: they keep what they have. */
	readonly unknown: readonly UnknownMember[];
	readonly membersChecked: number;
}

export interface PreviewedMember {
	readonly discordId: string;
	readonly discordName: string;
	readonly effect: Effect;
	/** The managed roles under the rules in force. */
	readonly before: readonly RoleName[];
	/** The managed roles under the new rules. */
	readonly after: readonly RoleName[];
	/** The member's subscriptions, in words. */
	readonly stripeStatus: string;
}

export interface UnknownMember {
	readonly discordId: string;
	readonly discordName: string;
	/** What is unknown, a sentence without its full stop. */
	readonly why: string;
}

export type PreviewResult =
	| { readonly kind: 'preview'; readonly preview: Preview }
	/** The new settings are invalid: a sentence each. */
	| { readonly kind: 'invalid'; readonly problems: readonly string[] }
	/** A source could not be read: why, and what to do. */
	| { readonly kind: 'failed'; readonly reason: string };

/** Previews of settings, for operators. */
export interface PreviewService {
	/**
	 * Compares the settings that the next start would use with the rules in force.
	 * @param changes - settings to try on top of those, by name
	 */
	next(changes: Readonly<Record<string, string>>, onProgress: OnProgress): Promise<PreviewResult>;
	/** The settings that decide about roles. */
	readonly settingNames: readonly string[];
}

/**
 * Reads everything, twice if the rules differ in what is read, and compares what both rules lead to.
 * @throws {SourceError}
 */
export async function previewRules(
	ledger: LinkReader & Pick<Ledger, 'lastGoodRun'>,
	{ inForce, proposed }: { readonly inForce: PreviewSide; readonly proposed: PreviewSide },
	{ now, onProgress }: { readonly now: Date; readonly onProgress: OnProgress }
): Promise<Preview> {
	const before = await currentRules(inForce.guild, inForce.settings);
	const after = await currentRules(proposed.guild, proposed.settings);
	if (rulesEqual(before, after)) return { changes: [], effects: countEffects([]), members: [], unknown: [], membersChecked: 0 };
	const lastGood = await ledger.lastGoodRun();
	const read = ({ billing, guild, settings }: PreviewSide) =>
		readSnapshot({ billing, guild, ledger }, settings.policy, { now, onlyMember: null, lastGood, onProgress });
	const detect = async ({ snapshot, analysis }: Reading, { policy }: Rules): Promise<Detection> =>
		runCooperatively(detectCooperatively(snapshot, analysis, policy, now));
	const readsAlike = rulesEqual({ ...after, policy: before.policy }, before);
	const readBefore = await read(inForce);
	const readAfter = readsAlike ? readBefore : await read(proposed);
	const outcomes = {
		before: { rules: before, reading: readBefore, detection: await detect(readBefore, before) },
		after: { rules: after, reading: readAfter, detection: await detect(readAfter, after) }
	};
	const members = await runCooperatively(differences(outcomes));
	return {
		changes: describeRuleChange(before, after),
		effects: countEffects(members),
		members,
		unknown: newlyUnknown(outcomes),
		membersChecked: outcomes.after.detection.membersChecked
	};
}

interface Outcome {
	readonly rules: Rules;
	readonly reading: Reading;
	readonly detection: Detection;
}

interface Outcomes {
	readonly before: Outcome;
	readonly after: Outcome;
}

/** The members who end with other roles. */
function* differences({ before, after }: Outcomes): Cooperative<readonly PreviewedMember[]> {
	const nameOf = new Map(Object.entries(after.rules.roleIds).map(([name, id]) => [id, name]));
	const ranked = rankedRoles(after.rules.policy);
	const [issuesBefore, issuesAfter] = [byMember(before.detection), byMember(after.detection)];
	const members: PreviewedMember[] = [];
	yield* forEachYielding(after.reading.snapshot.roster.members.values(), (member) => {
		const [issueBefore, issueAfter] = [issuesBefore.get(member.id), issuesAfter.get(member.id)];
		if (issueBefore === undefined && issueAfter === undefined) return;
		const earlier = before.reading.snapshot.roster.members.get(member.id);
		const rolesBefore = earlier === undefined ? [] : rolesAfter(earlier, issueBefore);
		// By their IDs, as the new rules name them. What those do not manage stays as it is.
		const renamed = rolesBefore.flatMap((role) => nameOf.get(before.rules.roleIds[role] ?? '') ?? []);
		const roles = rolesAfter(member, issueAfter);
		const change = diffRoles(renamed, roles);
		if (change.add.length === 0 && change.remove.length === 0) return;
		members.push({
			discordId: member.id,
			discordName: member.name,
			effect: effectOf(renamed, change, ranked),
			before: rolesBefore,
			after: roles,
			stripeStatus: (issueAfter ?? issueBefore)?.stripeStatus ?? ''
		});
	});
	return members.sort((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) || (a.discordId < b.discordId ? -1 : 1));
}

function byMember({ issues }: Detection): ReadonlyMap<string, DriftIssue> {
	return new Map(issues.map((issue) => [issue.discordId, issue]));
}

/** The roles once everything is fixed. */
function rolesAfter({ roles }: Pick<RosterMember, 'roles'>, issue: DriftIssue | undefined): readonly RoleName[] {
	if (issue === undefined) return [...roles].sort();
	const { add, remove } = issue.plan;
	return [...roles.filter((role) => !remove.includes(role)), ...add].sort();
}

function newlyUnknown({ before, after }: Outcomes): readonly UnknownMember[] {
	const why = new Map<string, string>();
	for (const { reason, discordIds } of after.detection.notices.unknown ?? [])
		for (const id of discordIds) if (!why.has(id)) why.set(id, describeUnknown(reason));
	return [...after.detection.unknown]
		.filter((id) => !before.detection.unknown.has(id))
		.sort()
		.map((discordId) => ({
			discordId,
			discordName: after.reading.snapshot.roster.members.get(discordId)?.name ?? '',
			why: why.get(discordId) ?? 'something about them is unknown'
		}));
}
