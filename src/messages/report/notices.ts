import { describeLinks } from '../../reconciliation/detection/link-problems.js';
import { adviseOnUnknown, describeUnknown } from '../../reconciliation/detection/unknown.js';
import type { Notices } from '../../reconciliation/domain/detection.js';
import type { LinkProblem, UnknownMembers, UnknownReason } from '../../reconciliation/domain/unknown.js';
import { count, list, number } from '../format/format.js';
import { escapeName, escapeText, mention, sentence } from '../format/text.js';
import { ago } from '../format/timestamps.js';

/** Names and IDs per notice; the rest is counted. */
const MAX_NAMED = 3;

const CUSTOMER_ID_LENGTH = 30;

const VALUE_LENGTH = 40;
const STATUS_LENGTH = 40;
const REASON_LENGTH = 200;
const PRICE_LENGTH = 60;
const ADVICE_LENGTH = 300;

/** Reasons with a line of their own; the rest is counted. */
const MAX_REASONS = 4;

type Line = readonly [many: number, line: () => string];

/** Observations that are not issues: a line per kind, with the action where there is one. */
export function noticeLines(notices: Notices): string[] {
	const { overclaimedTeams, malformedLinks, expiringExemptions, countMismatch } = notices;
	const teams = () =>
		list(
			overclaimedTeams.map(({ name, claimed, paid }) => `${escapeName(name)} (${number(claimed)} of ${number(paid)})`),
			MAX_NAMED
		);
	const ending = () =>
		list(
			expiringExemptions.map(({ discordId, expiresAt }) => `${mention(discordId)}${expiresAt === null ? '' : ` ${ago(expiresAt)}`}`),
			MAX_NAMED
		);
	// Short lines first: what does not fit is cut.
	const lines: Line[] = [
		[notices.unclaimed, () => `${count(notices.unclaimed, 'customer pays but has', 'customers pay but have')} no linked Discord account`],
		[notices.absent, () => `${count(notices.absent, 'paying member has', 'paying members have')} left the server`],
		[
			expiringExemptions.length,
			() => `${count(expiringExemptions.length, 'exemption')} ending soon: ${ending()}; to extend one, use \`/reconcile exempt\``
		],
		[notices.exempt + notices.bots, () => skipped(notices)],
		[overclaimedTeams.length, () => `${count(overclaimedTeams.length, 'team')} with more seats claimed than paid for: ${teams()}`],
		...malformedLines(malformedLinks),
		...contestedLines(notices),
		...(notices.unknown === undefined ? unknownStatusLines(notices.unknownStatus) : unknownLines(notices.unknown)),
		...unlistedPriceLines(notices),
		...oddObjectLines(notices),
		[notices.leftToNextRun, () => `${number(notices.leftToNextRun)} left to the next run (changed while this one was reading)`],
		[
			countMismatch === undefined ? 0 : 1,
			() =>
				`Discord counts ${count(countMismatch?.counted ?? 0, 'member')} and lists ${number(countMismatch?.listed ?? 0)}. Two lists agreed, so Reeve used them; nothing to do`
		]
	];
	return lines.filter(([many]) => many > 0).map(([, line]) => line());
}

/** "4 exempt, 3 bots skipped". */
function skipped({ exempt, bots }: Notices): string {
	return [...(exempt === 0 ? [] : [`${number(exempt)} exempt`]), ...(bots === 0 ? [] : [`${count(bots, 'bot')} skipped`])].join(', ');
}

function malformedLines(links: Notices['malformedLinks']): Line[] {
	const named = (some: typeof links) =>
		list(
			some.map(({ customerId, value }) => `${escapeText(customerId, CUSTOMER_ID_LENGTH)} (“${escapeText(value, VALUE_LENGTH)}”)`),
			MAX_NAMED
		);
	const [inRows, inStripe] = [links.filter(({ rowId }) => rowId !== undefined), links.filter(({ rowId }) => rowId === undefined)];
	return [
		[
			inStripe.length,
			() =>
				`${count(inStripe.length, 'customer has', 'customers have')} an invalid Discord ID in Stripe: ${named(inStripe)}; correct ${inStripe.length === 1 ? 'it' : 'them'} there`
		],
		[
			inRows.length,
			() => `${count(inRows.length, 'customer has', 'customers have')} an invalid Discord ID in the database: ${named(inRows)}`
		]
	];
}

/** Only what the members concerned do not show: none of them may be in the server. */
function contestedLines({ contestedLinks, unknown = [] }: Notices): Line[] {
	const isNamed = (problem: LinkProblem) => unknown.some(({ reason }) => reason.kind === 'link' && reason.problem === problem);
	const named = (some: typeof contestedLinks) =>
		list(
			some.map(({ customerId }) => escapeText(customerId, CUSTOMER_ID_LENGTH)),
			MAX_NAMED
		);
	const byRows = isNamed('disputed') ? [] : contestedLinks.filter((link) => link.byRows === true);
	const byMetadata = isNamed('several') ? [] : contestedLinks.filter((link) => link.byRows !== true);
	return [
		[
			byMetadata.length,
			() =>
				`${count(byMetadata.length, 'customer pays', 'customers pay')} for several members, with a subscription that does not say for whom: ${named(byMetadata)}`
		],
		[
			byRows.length,
			() => `${count(byRows.length, 'customer belongs', 'customers belong')} to several members in the database: ${named(byRows)}`
		]
	];
}

/** One line per reason, those of most members first. */
function unknownLines(unknown: readonly UnknownMembers[]): Line[] {
	const most = unknown.toSorted((a, b) => b.count - a.count);
	const more = most.slice(MAX_REASONS);
	return [
		...most
			.slice(0, MAX_REASONS)
			.map(
				({ reason, discordIds, links = [], count: many }): Line => [
					many,
					() =>
						reason.kind === 'link' && links.length > 1
							? `${count(many, 'member keeps', 'members keep')} the roles they have, because they are ${describeLinks(reason.problem)}: ${linksOf(links, many)}; to settle it, ${formatAdvice(reason)}`
							: `${people(discordIds, many)}: ${formatUnknown(reason)}. They keep the roles they have; to settle it, ${formatAdvice(reason)}`
				]
			),
		[
			more.length,
			() => `${count(more.length, 'more reason')} to let members keep the roles they have: \`/reconcile why\` gives a member's reasons`
		],
		[unknown.some(({ count: many }) => many > MAX_NAMED) ? 1 : 0, () => '`/reconcile export` lists all of these members']
	];
}

/** One line for the prices that a line about members does not name already. */
function unlistedPriceLines({ unlistedPrices = [], unknown = [] }: Notices): Line[] {
	const isNamed = (price: string) => unknown.some(({ reason }) => reason.kind === 'price' && reason.price === price);
	const others = unlistedPrices.filter(({ price }) => !isNamed(price));
	const [first] = others;
	if (first === undefined) return [];
	const prices = list(
		others.map(({ price, subscriptions }) => `${escapeText(price, PRICE_LENGTH)} (${count(subscriptions, 'subscription')})`),
		MAX_NAMED
	);
	const { counts } = first;
	const buys = counts.buy === 'tier' ? escapeName(counts.tier) : counts.buy === 'nothing' ? 'no role' : 'something unknown';
	return [
		[
			others.length,
			() =>
				`${count(others.length, 'price that no setting lists counts', 'prices that no setting lists count')} as buying ${buys}: ${prices}; ${sentence('add each to STRIPE_…_PRICE_IDS of the tier that it buys, or to STRIPE_OTHER_PRICE_IDS', ADVICE_LENGTH)}`
		]
	];
}

/** One line for the odd objects that a line about members does not name already. */
function oddObjectLines({ oddObjects, unknown = [] }: Notices): Line[] {
	if (oddObjects === undefined) return [];
	const named = new Set(unknown.flatMap(({ reason }) => (reason.kind === 'object' ? reason.id : [])));
	const others = oddObjects.first.filter(({ id }) => !named.has(id));
	const many = oddObjects.count - oddObjects.first.length + others.length;
	const shown = others.slice(0, MAX_NAMED).map(({ id, problem }) => escapeText(`${id} ${problem}`, REASON_LENGTH));
	const objects = many > shown.length ? `${shown.join(', ')} and ${number(many - shown.length)} more` : list(shown);
	return [
		[
			many,
			() =>
				`${count(many, 'object')} in Stripe could not be read completely: ${objects}; they entitle no member whom the report does not name`
		]
	];
}

/** @param many - of whom only the first may be listed */
function people(discordIds: readonly string[], many: number): string {
	const named = discordIds.slice(0, MAX_NAMED).map(mention);
	return many > named.length ? `${named.join(', ')} and ${number(many - named.length)} more` : list(named);
}

/** @param many - members */
function linksOf(links: NonNullable<UnknownMembers['links']>, many: number): string {
	const named = links
		.slice(0, MAX_NAMED)
		.map(({ discordId, customerId }) => `${mention(discordId)} (${escapeText(customerId, CUSTOMER_ID_LENGTH)})`);
	return many > named.length ? `${named.join(', ')} and ${number(many - named.length)} more` : list(named);
}

/** What is unknown, as a sentence without its full stop. */
export function formatUnknown(reason: UnknownReason): string {
	if (reason.kind === 'status') return formatUnknownStatus(reason.status);
	return sentence(describeUnknown(reason), REASON_LENGTH);
}

/** How to settle what is unknown, as a sentence without its full stop. */
export function formatAdvice(reason: UnknownReason): string {
	return sentence(adviseOnUnknown(reason), ADVICE_LENGTH);
}

/** One line per status, of runs stored before other reasons were. */
function unknownStatusLines(unknown: Notices['unknownStatus']): Line[] {
	if (typeof unknown === 'number')
		return [[unknown, () => `${count(unknown, 'person', 'people')} left alone: Stripe gives a status that Reeve does not know`]];
	const whose = new Map<string, string[]>();
	for (const { discordId, status } of unknown) whose.set(status, [...(whose.get(status) ?? []), mention(discordId)]);
	return [...whose].map(([status, people]) => [
		people.length,
		() => `${list(people, MAX_NAMED)}: ${formatUnknownStatus(status)}; their roles are left as they are`
	]);
}

function formatUnknownStatus(status: string): string {
	return `Stripe gives the status \`${escapeText(status.replaceAll('`', ''), STATUS_LENGTH)}\`, which Reeve does not know`;
}
