import type { Notices } from '../../reconciliation/domain/detection.js';
import { ago, count, list, number } from '../format/format.js';
import { escapeName, escapeText, mention } from '../format/text.js';

/** Names and IDs per notice; the rest is counted. */
const MAX_NAMED = 3;

const CUSTOMER_ID_LENGTH = 30;

const STATUS_LENGTH = 40;

type Line = readonly [many: number, line: () => string];

/** Observations that are not issues: a line per kind, with the action where there is one. */
export function noticeLines(notices: Notices): string[] {
	const { overclaimedTeams, malformedLinks, contestedLinks, expiringExemptions } = notices;
	const customers = (links: readonly { readonly customerId: string }[]) =>
		list(
			links.map(({ customerId }) => escapeText(customerId, CUSTOMER_ID_LENGTH)),
			MAX_NAMED
		);
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
	const lines: Line[] = [
		[overclaimedTeams.length, () => `${count(overclaimedTeams.length, 'team')} with more seats claimed than paid for: ${teams()}`],
		[
			malformedLinks.length,
			() =>
				`${count(malformedLinks.length, 'customer has', 'customers have')} an invalid Discord ID in Stripe: ${customers(malformedLinks)}`
		],
		[
			contestedLinks.length,
			() =>
				`${count(contestedLinks.length, 'customer names', 'customers name')} several members in Stripe, so no link counts: ${customers(contestedLinks)}`
		],
		...unknownStatusLines(notices.unknownStatus),
		[notices.leftToNextRun, () => `${number(notices.leftToNextRun)} left to the next run (changed while this one was reading)`],
		[notices.unclaimed, () => `${count(notices.unclaimed, 'customer pays but has', 'customers pay but have')} no linked Discord account`],
		[notices.absent, () => `${count(notices.absent, 'paying member is', 'paying members are')} not in the server`],
		[
			expiringExemptions.length,
			() => `${count(expiringExemptions.length, 'exemption')} ending soon: ${ending()}; to extend one, use \`/reconcile exempt\``
		],
		[notices.exempt, () => `${number(notices.exempt)} exempt`],
		[notices.bots, () => `${count(notices.bots, 'bot')} skipped`]
	];
	return lines.filter(([many]) => many > 0).map(([, line]) => line());
}

/** One line per status. */
function unknownStatusLines(unknown: Notices['unknownStatus']): Line[] {
	if (typeof unknown === 'number')
		return [[unknown, () => `${count(unknown, 'person', 'people')} left alone: Stripe gives a status that Reeve does not know`]];
	const whose = new Map<string, string[]>();
	for (const { discordId, status } of unknown) whose.set(status, [...(whose.get(status) ?? []), mention(discordId)]);
	return [...whose].map(([status, people]) => [
		people.length,
		() => `${list(people, MAX_NAMED)}: ${describeUnknownStatus(status)}; their roles are left as they are`
	]);
}

/** "Stripe gives the status `frozen`, which Reeve does not know". */
export function describeUnknownStatus(status: string): string {
	return `Stripe gives the status \`${escapeText(status.replaceAll('`', ''), STATUS_LENGTH)}\`, which Reeve does not know`;
}
