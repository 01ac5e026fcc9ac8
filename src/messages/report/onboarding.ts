import { type APIButtonComponent, type APIEmbed, type APIEmbedField, ButtonStyle, ComponentType } from 'discord.js';
import { openOnboarding } from '../../reconciliation/detection/onboarding.js';
import { takesAccess } from '../../reconciliation/domain/effect.js';
import { isInFixAll } from '../../reconciliation/domain/issue.js';
import type { Onboarding } from '../../reconciliation/domain/onboarding.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, list, number } from '../format/format.js';
import { MAX_FIELD_LENGTH } from '../format/limits.js';
import { cut, escapeName, escapeText, sentence } from '../format/text.js';
import { ruleChangeField } from './rule-change.js';

/** The report while setup is not finished: what is missing, and what to do next, in place of the issues. */

const PRICE_LENGTH = 60;
const KEY_LENGTH = 60;
const REASON_LENGTH = 300;

export const ONBOARDING_TITLE = 'Setup is not finished: no one is reported yet';

/** The setup that a report is about; null if it shows issues, or the results of a verification. */
export function shownOnboarding(result: ReconciliationResult): Onboarding | null {
	return result.verified === null ? openOnboarding(result) : null;
}

/** Whether there is something that Fix all can do without taking access. */
export function offersGrants({ issues }: Pick<ReconciliationResult, 'issues'>): boolean {
	return grantsOf(issues).length > 0;
}

/** @param smallPrint - when and by whom the run was started */
export function onboardingCard(result: ReconciliationResult, onboarding: Onboarding, smallPrint: string): APIEmbed {
	const { hold } = result;
	return {
		title: ONBOARDING_TITLE,
		color: COLOURS.amber,
		description: `${smallPrint}\n${describeCoverage(onboarding, result)}`.trimStart(),
		fields: [
			// The likely reason: a price that was assigned until now.
			...(result.ruleChange ? [ruleChangeField(result.ruleChange, REASON_LENGTH)] : []),
			{ name: 'Why', value: describeReasons(onboarding) },
			{ name: 'What to do next', value: cut(nextSteps(onboarding, result).join('\n'), MAX_FIELD_LENGTH) },
			...accessFields(result),
			{ name: 'To look at the issues all the same', value: waysToLook(onboarding, result) },
			...(hold === null ? [] : [{ name: 'Also on hold', value: sentence(hold.reason, REASON_LENGTH) }])
		]
	};
}

/** Ends onboarding; asks for the number that it shows, unless no one loses anything. */
export function endOnboardingButton(runId: string, { reasons, losing }: Onboarding): APIButtonComponent {
	return {
		type: ComponentType.Button,
		style: ButtonStyle.Danger,
		label: `${reasons.includes('links') ? 'These people are known: report them' : 'Report the issues all the same'}${losing === 0 ? '' : ` (${number(losing)})…`}`,
		custom_id: buildCustomId({ action: 'end-onboarding', runId, losing })
	};
}

/** Why a bulk fix takes no access: for its plan and for the status. */
export function describeOnboarding(onboarding: Onboarding): string {
	const missing = [
		...(onboarding.reasons.includes('prices') ? [`${unmapped(onboarding)} for prices that no setting assigns to a role`] : []),
		...(onboarding.reasons.includes('links') ? [`${unlinked(onboarding)} not linked to anyone who pays`] : [])
	];
	return `Setup is not finished: ${list(missing)}.`;
}

function describeCoverage(onboarding: Onboarding, { notices }: ReconciliationResult): string {
	const { payers, linkedPayers, holders, unlinkedHolders, heldRoles, reasons } = onboarding;
	const held = heldRoles.map((role) => escapeName(role));
	const roles = held.length < 2 ? (held[0] ?? 'a role') : `${held.slice(0, -1).join(', ')} or ${held.at(-1)}`;
	const lines = [
		`**${count(payers, 'customer pays', 'customers pay')} in Stripe, ${number(linkedPayers)} of them linked to a Discord user.**`,
		`**${count(holders, 'member holds', 'members hold')} ${roles}, ${number(unlinkedHolders)} of them without a link.**`
	];
	if (reasons.includes('prices'))
		lines.push(`**${unmapped(onboarding)} for prices that no setting assigns to a role**${namedPrices(notices)}`);
	return lines.join('\n');
}

/** "800 of 812 subscriptions are". */
function unmapped({ subscriptions, unmappedSubscriptions }: Onboarding): string {
	return `${number(unmappedSubscriptions)} of ${count(subscriptions, 'subscription')} ${unmappedSubscriptions === 1 ? 'is' : 'are'}`;
}

/** "640 of 640 members with a role are". */
function unlinked({ holders, unlinkedHolders }: Onboarding): string {
	return `${number(unlinkedHolders)} of ${count(holders, 'member')} with a role are`;
}

function namedPrices(notices: ReconciliationResult['notices']): string {
	const prices = notices?.unlistedPrices ?? [];
	if (prices.length === 0) return '.';
	return `: ${list(
		prices.map(({ price, subscriptions }) => `${escapeText(price, PRICE_LENGTH)} (${number(subscriptions)})`),
		3
	)}.`;
}

function describeReasons({ reasons }: Onboarding): string {
	const links = 'A member without a link looks to Reeve like one who does not pay, even if they do.';
	const prices = 'As long as it is unknown what most subscriptions buy, Reeve cannot say who has the wrong role.';
	const why = [...(reasons.includes('links') ? [links] : []), ...(reasons.includes('prices') ? [prices] : [])].join(' ');
	return `${why} So this report names no one, and until setup is finished, neither Fix all nor auto-fix takes access from anyone. What people pay for and lack can be given.`;
}

function nextSteps({ reasons, discordIdKey }: Onboarding, { notices }: ReconciliationResult): readonly string[] {
	const key = `\`${escapeText(discordIdKey.replaceAll('`', ''), KEY_LENGTH)}\``;
	const unclaimed = notices?.unclaimed ?? 0;
	const isUnclaimed = unclaimed > 0;
	return [
		...(reasons.includes('prices')
			? ['`/reconcile setup` assigns prices to roles. A price that buys no role belongs in STRIPE_OTHER_PRICE_IDS.']
			: []),
		...(reasons.includes('links')
			? [
					`Does your checkout store the Discord ID in Stripe? Reeve reads the metadata key ${key} (STRIPE_DISCORD_ID_KEY); \`/reconcile doctor\` says whether Stripe has it, and which other key looks right.`,
					`\`/reconcile import\` links many people from a list, \`/reconcile suggest\` proposes links${isUnclaimed ? ` for the ${count(unclaimed, 'customer')} without one` : ''}, \`/reconcile link\` links one person.`
				]
			: []),
		'`/reconcile run` compares again.'
	].map((step, index) => `${index + 1}. ${step}`);
}

/** Who pays and lacks a role: they need not wait. */
function accessFields({ issues, autoFixEnabled, issuesFixed }: ReconciliationResult): readonly APIEmbedField[] {
	const given = grantsOf(issues).length;
	if (given === 0) return [];
	const people = `${count(given, 'person', 'people')} can get what they pay for without anyone losing access`;
	const value = autoFixEnabled
		? `${people}: auto-fix has fixed ${number(issuesFixed)}.`
		: `${people}: press Fix all, which shows the plan first.`;
	return [{ name: 'Need not wait', value }];
}

function grantsOf(issues: ReconciliationResult['issues']): ReconciliationResult['issues'] {
	return issues.filter((issue) => isInFixAll(issue) && !takesAccess(issue));
}

function waysToLook({ reasons, losing }: Onboarding, { issues }: ReconciliationResult): string {
	const look =
		issues.length === 0
			? 'No issue was found.'
			: `\`/reconcile export\` lists all ${number(issues.length)}, \`/reconcile why\` explains one person, \`/reconcile fix issue:\` fixes one.`;
	const typed = losing === 0 ? '' : ` It asks for the number of people who would lose access or move down (${number(losing)}).`;
	const wish = reasons.includes('links')
		? 'If these people are known and you want them reported from now on'
		: 'If you want issues reported from now on although these prices are not assigned';
	return `${look} ${wish}, press the button below.${typed}`;
}
