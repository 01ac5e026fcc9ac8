import { settleAll } from '../../async/concurrency.js';
import { runCooperatively } from '../../async/cooperative.js';
import { describeRuleChange } from '../detection/describe-rules.js';
import {
	analyzeLinks,
	detectCooperatively,
	type LinkAnalysis,
	type Reading,
	type Snapshot,
	unlinkedHolders,
	withExtraCustomers
} from '../detection/detect.js';
import { checkOnboarding } from '../detection/onboarding.js';
import { noticesOfMember, noticesOfMembers } from '../detection/one-member.js';
import { markRuleChange, payersUnder } from '../detection/rule-change.js';
import { unseenCustomers } from '../detection/unseen-customers.js';
import type { BillingSnapshot, Customer } from '../domain/billing.js';
import type { Detection } from '../domain/detection.js';
import { countEffects } from '../domain/effect.js';
import type { Roster } from '../domain/guild.js';
import type { Links } from '../domain/links.js';
import type { Onboarding } from '../domain/onboarding.js';
import type { OriginReader } from '../domain/origin.js';
import {
	type Billing,
	type Guild,
	type LastGoodRun,
	type Ledger,
	type LinkReader,
	type OnProgress,
	type Payer,
	type PayerStore,
	SourceError
} from '../domain/ports.js';
import type { RuleChange, UnacceptedRules } from '../domain/rule-change.js';
import { completeRules, type PolicySettings, type Rules, rulesEqual, rulesHash } from '../domain/rules.js';
import { isFullRun, type RunSettings, type Touched } from '../domain/run.js';
import { plausibilityProblem } from '../fixes/safety.js';
import { currentRules } from '../fixes/unaccepted-rules.js';
import { withOrigins } from '../origins/attach.js';
import { readRoundedNeighbours } from '../snapshot/rounded-neighbours.js';
import { findChangedLinks } from './changed-links.js';
import { payersIn } from './payers.js';
import { readTouched, withFormerPayees } from './read-touched.js';

/** Reads everything and compares it: the part of a run that changes nothing. */

type PayerReader = Pick<PayerStore, 'payersRecorded' | 'findPayers'>;

interface ReadingPorts {
	readonly origins?: OriginReader | null;
	readonly billing: Billing;
	readonly guild: Guild;
	readonly ledger: LinkReader;
}

export interface Comparison {
	/** Marks the issues that exist only because of rules that no operator has accepted. */
	readonly detection: Detection;
	readonly livemode: boolean | null;
	readonly subscriptionsRead: number;
	/** Null unless it was asked for. */
	readonly snapshot: Snapshot | null;
	readonly rules: Rules;
	readonly ruleChange: RuleChange | null;
	/** Null if an operator has accepted the rules. */
	readonly unaccepted: UnacceptedRules | null;
	/** The members compared, of a targeted run: those touched; null for any other. */
	readonly onlyMembers: readonly string[] | null;
	/** Null unless all members were compared: how much is linked and mapped, only a full run finds out. */
	readonly onboarding: Onboarding | null;
	/** Paying customers under the rules that an operator has accepted; null for some members. */
	readonly acceptedPayers: number | null;
	/** Paying customers under the rules that had been accepted at the last good run: a change of the rules is no drop. Null for some members. */
	readonly comparablePayers: number | null;
}

/**
 * Reads everything and compares it.
 * @param options.touched - of a targeted run: compares those whom this may concern
 * @param options.keepSnapshot - whether to return what was read; otherwise it can be garbage-collected (up to a million members)
 * @throws {SourceError}
 */
export async function compare(
	ports: ReadingPorts & { readonly ledger: Pick<Ledger, 'acceptedRules' | 'onboardingEnd'> & PayerReader },
	settings: RunSettings,
	{
		startedAt,
		onlyMember,
		touched,
		lastGood,
		onProgress,
		onPayers = async () => {},
		keepSnapshot
	}: {
		readonly startedAt: Date;
		readonly onlyMember: string | null;
		readonly touched: Touched | null;
		readonly lastGood: LastGoodRun | null;
		readonly onProgress: OnProgress;
		/** Receives what a reading of everything found of them, and whether that is enough to compare a few members. */
		readonly onPayers?: (payers: AsyncIterable<readonly Payer[]>, isEnough: boolean) => Promise<void>;
		readonly keepSnapshot: boolean;
	}
): Promise<Comparison> {
	const rules = await currentRules(ports.guild, settings);
	const partial = touched === null ? null : await readTouched(ports, settings, touched, startedAt);
	const read =
		partial ??
		(await readSnapshot(ports, settings.policy, {
			now: startedAt,
			onlyMember,
			touched: touched && (await withFormerPayees(ports.ledger, touched)),
			lastGood,
			onProgress
		}));
	if (partial !== null) assertPlausible(ports.billing, partial.snapshot.billing.livemode, true, lastGood);
	const { reading, found } = await detectUnchanged(ports.ledger, read, settings.policy, startedAt);
	const onlyMembers = found.compared;
	if (partial === null && onlyMember === null) await onPayers(payersIn(reading.snapshot.billing.accounts, found), !found.mayConcernAnyone);
	const { detection: marked, ruleChange, unaccepted } = await markChanged(ports, reading, found, rules, startedAt);
	const issues = await withOrigins(ports.origins ?? null, marked.issues, {
		snapshot: reading.snapshot,
		linkIndex: reading.analysis.linkIndex,
		policy: settings.policy,
		now: startedAt,
		roleIds: rules.roleIds
	});
	const detection = withNoticesOf(onlyMember, reading, { ...marked, issues }, settings.policy, startedAt);
	const { discordIdKey } = settings;
	const onboarding = isFullRun({ onlyMember, onlyMembers })
		? checkOnboarding(detection.coverage, { issues: detection.issues, discordIdKey, known: await ports.ledger.onboardingEnd() })
		: null;
	const { livemode, subscriptionsRead } = reading.snapshot.billing;
	const snapshot = keepSnapshot ? reading.snapshot : null;
	const compared = { detection, onlyMembers, livemode, subscriptionsRead, snapshot, rules, ruleChange, unaccepted, onboarding };
	if (onlyMembers !== null) return { ...compared, acceptedPayers: null, comparablePayers: null };
	const payers = async (under: Rules) =>
		rulesEqual(under, rules) ? found.payingCustomers : runCooperatively(payersUnder(reading.snapshot, under.policy, startedAt));
	const accepted = unaccepted?.accepted ?? rules;
	const acceptedPayers = await payers(accepted);
	const before = lastGood?.rules ? completeRules(lastGood.rules, rules) : accepted;
	const comparablePayers = rulesEqual(before, accepted) ? acceptedPayers : await payers(before);
	return { ...compared, acceptedPayers, comparablePayers };
}

/** The detection, with nothing in its notices about members who were not compared. */
function withNoticesOf(
	onlyMember: string | null,
	{ snapshot, analysis }: Reading,
	detection: Detection,
	policy: PolicySettings,
	now: Date
): Detection {
	if (onlyMember !== null) return { ...detection, notices: noticesOfMember(onlyMember, snapshot, analysis, detection, policy, now) };
	return detection.compared === null ? detection : { ...detection, notices: noticesOfMembers(detection.notices) };
}

/** Compares, leaving the members whose links changed while the run was reading to the next run. */
async function detectUnchanged(
	reader: Pick<LinkReader, 'readLinksOf'>,
	reading: Reading,
	policy: PolicySettings,
	now: Date
): Promise<{ readonly reading: Reading; readonly found: Detection }> {
	const detectIn = ({ snapshot, analysis }: Reading) => runCooperatively(detectCooperatively(snapshot, analysis, policy, now));
	const found = await detectIn(reading);
	const changedLinks = await findChangedLinks(reader, reading.snapshot.links, found.issues);
	if (changedLinks.customerIds.size + changedLinks.discordIds.size === 0) return { reading, found };
	const marked = { ...reading, snapshot: { ...reading.snapshot, changedLinks } };
	return { reading: marked, found: await detectIn(marked) };
}

/** Marks the issues that exist only because of rules that no operator has accepted, and counts them. */
async function markChanged(
	{ ledger }: { readonly ledger: Pick<Ledger, 'acceptedRules'> },
	{ snapshot, analysis }: Reading,
	detection: Detection,
	current: Rules,
	now: Date
): Promise<Pick<Comparison, 'detection' | 'ruleChange' | 'unaccepted'>> {
	const stored = await ledger.acceptedRules();
	const unchanged = { detection, ruleChange: null, unaccepted: null };
	if (stored === null) return unchanged;
	const accepted = completeRules(stored.rules, current);
	if (rulesEqual(current, accepted)) return unchanged;
	const unaccepted = { current, accepted };
	const issues = await runCooperatively(markRuleChange(snapshot, analysis, detection.issues, unaccepted, now));
	const ruleChange: RuleChange = {
		rulesHash: rulesHash(current),
		changes: describeRuleChange(accepted, current),
		since: stored.acceptedAt,
		effects: countEffects(issues.filter(({ byRuleChange }) => byRuleChange)),
		acceptedBy: null
	};
	return { detection: { ...detection, issues }, ruleChange, unaccepted };
}

/**
 * Reads the three sources and analyzes their links.
 * @param options.lastGood - with which to compare what Stripe returned
 * @throws {SourceError} if a source cannot be read completely, or what it returned is implausible
 */
export async function readSnapshot(
	ports: ReadingPorts,
	policy: PolicySettings,
	{
		now,
		onlyMember,
		touched = null,
		lastGood,
		onProgress
	}: {
		readonly now: Date;
		readonly onlyMember: string | null;
		readonly touched?: Touched | null;
		readonly lastGood: LastGoodRun | null;
		readonly onProgress: OnProgress;
	}
): Promise<Reading> {
	const read = await readAll(ports, onlyMember, onProgress);
	assertPlausible(ports.billing, read.billing.livemode, read.billing.subscriptionsRead > 0, lastGood);
	const links = await runCooperatively(analyzeLinks(read, policy, now));
	const { snapshot, analysis } = withExtraCustomers(read, links, await findCustomersOfUnlinkedHolders(ports, read, links));
	const othersInGuild =
		onlyMember === null ? {} : { othersInGuild: await readRoundedNeighbours(ports.guild, [onlyMember], analysis.linkIndex.ids()) };
	return { snapshot: { ...(await withMissingCustomers(ports, snapshot)), ...othersInGuild, ...(touched && { touched }) }, analysis };
}

/** @throws {SourceError} if it cannot be what Stripe has */
function assertPlausible({ advice }: Billing, livemode: boolean | null, hasSubscriptions: boolean, lastGood: LastGoodRun | null): void {
	const wrong = plausibilityProblem({ livemode, hasSubscriptions }, lastGood, advice);
	if (wrong !== null) throw new SourceError('stripe', wrong);
}

/** A customer that Stripe does not have is not in the list of subscriptions, as one without any: it is unknown what it would pay for. */
async function withMissingCustomers<Read extends Snapshot>({ billing }: Pick<ReadingPorts, 'billing'>, snapshot: Read): Promise<Read> {
	const unseen = await runCooperatively(unseenCustomers(snapshot));
	if (unseen.length === 0) return snapshot;
	return { ...snapshot, billing: { ...snapshot.billing, missingCustomers: await billing.findMissingCustomers(unseen) } };
}

/**
 * Finds customers that name an unlinked role holder in their metadata. A customer without any subscription is missing from the list of
 * subscriptions, but still shows whose account it is.
 */
async function findCustomersOfUnlinkedHolders(
	{ billing }: Pick<ReadingPorts, 'billing'>,
	snapshot: Snapshot,
	analysis: LinkAnalysis
): Promise<readonly Customer[]> {
	const unlinked = await runCooperatively(unlinkedHolders(snapshot, analysis));
	return unlinked.length === 0 ? [] : billing.findCustomersByDiscordIds(unlinked);
}

/**
 * Reads the three sources concurrently, and waits for all of them even if one fails: the lease is kept while any is being read.
 * Stripe is read completely for one member as well, because any subscription may name them.
 */
async function readAll(
	{ billing, guild, ledger }: ReadingPorts,
	onlyMember: string | null,
	onProgress: OnProgress
): Promise<{ billing: BillingSnapshot; roster: Roster; links: Links }> {
	const [accounts, roster, links] = await settleAll([
		billing.readAll(onProgress),
		onlyMember === null ? guild.readRoster(onProgress) : readOne(guild, onlyMember, onProgress),
		ledger.readLinks(onProgress)
	]);
	return { billing: accounts, roster, links };
}

async function readOne(guild: Guild, discordId: string, onProgress: OnProgress): Promise<Roster> {
	const member = await guild.readMember(discordId);
	onProgress({ source: 'discord', done: 1, total: 1, finished: true });
	return { members: new Map(member === null ? [] : [[member.id, member]]) };
}
