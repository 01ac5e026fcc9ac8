import { type APIActionRowComponent, type APIButtonComponent, type APIEmbed, ButtonStyle, ComponentType } from 'discord.js';
import type { BulkScope } from '../../reconciliation/domain/hold.js';
import type { OpenIssue } from '../../reconciliation/domain/issue.js';
import type { BulkResult, BulkStep } from '../../reconciliation/fixes/bulk.js';
import type { BulkPlan } from '../../reconciliation/fixes/bulk-plan.js';
import { isFixed } from '../../reconciliation/fixes/fix.js';
import { revokes } from '../../reconciliation/fixes/safety.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { count, describePlan, heading, number, TYPE_NAMES } from '../format/format.js';
import { MAX_FIELD_LENGTH, MAX_MESSAGE_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { cut, escapeName, escapeText, mention, mentionWithName } from '../format/text.js';

/** What a bulk fix would do, and what came of it. */

/** An ephemeral message, as an answer is edited. */
export interface BulkMessage {
	readonly content: string;
	readonly embeds: APIEmbed[];
	readonly components: APIActionRowComponent<APIButtonComponent>[];
}

const LIST_LENGTH = 2_600;
const PLAN_LENGTH = 120;
const REASON_LENGTH = 300;

/** What there is to say where nothing can be planned. */
export function nothingToFixReply(scope: BulkScope): string {
	return scope === 'all'
		? 'Nothing is open: there is nothing to fix. Use `/reconcile run` to compare everything now.'
		: `No issue of the kind "${TYPE_NAMES[scope]}" is open. Use \`/reconcile run\` to compare everything now.`;
}

/**
 * Shows a plan and asks.
 * @param before - what there is to say first
 */
export function bulkPlanReply(plan: BulkPlan, before = ''): BulkMessage {
	const { issues, hold } = plan;
	const losing = issues.filter(revokes);
	const giving = issues.filter((issue) => !revokes(issue));
	const unlinked = issues.filter(({ linked }) => !linked).length;
	const fields = [
		...(hold === null
			? []
			: [
					{
						name: 'On hold',
						value: cut(
							`${escapeText(hold.reason, REASON_LENGTH)} Check Stripe and some of the people below. If it is right that ${count(hold.losing, 'person loses', 'people lose')} a role, press Release the hold and type the number ${hold.losing}.`,
							MAX_FIELD_LENGTH
						)
					}
				]),
		...(unlinked === 0
			? []
			: [
					{
						name: `${count(unlinked, 'person', 'people')} linked to no customer`,
						value: `Reeve cannot know whether they pay. Link them (\`/reconcile link\`) or exempt them (\`/reconcile exempt\`) first if they are to keep their roles.`
					}
				])
	];
	return {
		content: before,
		embeds: [
			{
				title:
					plan.scope === 'all'
						? `Fix all: ${count(issues.length, 'issue')}`
						: `Fix "${TYPE_NAMES[plan.scope]}": ${count(issues.length, 'issue')}`,
				color: hold === null ? COLOURS.amber : COLOURS.bad,
				description: [
					`**${count(losing.length, 'person loses', 'people lose')} a role, ${count(giving.length, 'person only gains', 'people only gain')} one.** Each is looked at again before anything is changed.`,
					planLines(issues)
				].join('\n\n'),
				fields
			}
		],
		components: [{ type: ComponentType.ActionRow, components: planButtons(plan, losing.length, giving.length) }]
	};
}

function planLines(issues: readonly OpenIssue[]): string {
	const lines = issues.map(
		(issue) =>
			`${mention(issue.discordId)} · ${escapeName(issue.discordName)}: ${cut(describePlan(issue.plan), PLAN_LENGTH)} (${heading(issue)})`
	);
	return fitLines(lines, LIST_LENGTH);
}

function planButtons({ scope, planHash, hold, issues }: BulkPlan, losing: number, giving: number): APIButtonComponent[] {
	const give = button(
		ButtonStyle.Success,
		`Only give (${giving})`,
		buildCustomId({ action: 'bulk', scope, planHash, mode: 'grants-only' })
	);
	const all = button(
		losing > 0 ? ButtonStyle.Danger : ButtonStyle.Primary,
		`Fix ${issues.length === 1 ? 'it' : `all ${issues.length}`}`,
		buildCustomId({ action: 'bulk', scope, planHash, mode: 'all' })
	);
	const release = button(ButtonStyle.Danger, 'Release the hold…', buildCustomId({ action: 'release', scope, planHash }));
	return [hold === null ? all : release, ...(giving > 0 && losing > 0 ? [give] : [])];
}

function button(
	style: ButtonStyle.Primary | ButtonStyle.Danger | ButtonStyle.Success,
	label: string,
	custom_id: string
): APIButtonComponent {
	return { type: ComponentType.Button, style, label, custom_id };
}

/** One open issue and its plan, to be approved. */
export function singlePlanReply(issue: OpenIssue): BulkMessage {
	const { id, planHash, discordId, discordName, plan } = issue;
	return {
		content: `${mentionWithName(discordId, discordName)}: ${heading(issue)}. The plan: **${cut(describePlan(plan), PLAN_LENGTH)}**.`,
		embeds: [],
		components: [
			{
				type: ComponentType.ActionRow,
				components: [button(ButtonStyle.Primary, 'Apply fix', buildCustomId({ action: 'fix-one', issueId: id, planHash }))]
			}
		]
	};
}

/** Asks the operator again, or says why nothing was done. */
export function bulkReply(result: BulkResult, scope: BulkScope): BulkMessage {
	switch (result.kind) {
		case 'plan-changed':
			return result.plan === null
				? { content: `Nothing was changed. ${nothingToFixReply(scope)}`, embeds: [], components: [] }
				: bulkPlanReply(
						result.plan,
						'Nothing was changed: another plan is right by now than the one you saw. Look at it, and press again if it is right.'
					);
		case 'held':
			return bulkPlanReply(
				result.plan,
				`Nothing was changed: the fixes that take roles are on hold. To release them, type ${result.hold.losing}, the number of people who lose a role.`
			);
		case 'done':
			return { content: describeDone(result.results, result.left), embeds: [], components: [] };
	}
}

const MAX_REPLY_LENGTH = MAX_MESSAGE_LENGTH - 100;

function describeDone(steps: readonly BulkStep[], left: number): string {
	const fixed = steps.filter(({ result }) => isFixed(result)).length;
	const lines = steps.flatMap((step) => whyNotFixed(step) ?? []);
	const stopped =
		left === 0 ? '' : ` Reeve is being restarted, and goes on with the other ${count(left, 'issue')} by itself in a minute or two.`;
	const head = `${left === 0 ? 'Done' : 'Stopped'}: ${number(fixed)} of ${count(steps.length + left, 'issue')} fixed.${stopped}`;
	if (lines.length === 0) return head;
	return cut(`${head} Not fixed:\n${fitLines(lines, MAX_REPLY_LENGTH - head.length - 20, { cutLast: true })}`, MAX_REPLY_LENGTH);
}

/** Null for an issue that was fixed. */
function whyNotFixed({ issue, result }: BulkStep): string | null {
	const who = mentionWithName(issue.discordId, issue.discordName);
	switch (result.kind) {
		case 'busy':
			return `${who}: somebody else is fixing this already.`;
		case 'settled':
			return `${who}: settled already.`;
		case 'plan-changed':
			return `${who}: another plan is right by now.`;
		case 'unknown':
			return `${who}: the issue is not known any more.`;
		case 'ended':
			switch (result.outcome) {
				case 'FIXED':
					return null;
				case 'RESOLVED':
					return `${who}: the drift is gone.`;
				case 'EXEMPT':
					return `${who}: exempt.`;
				case 'PLAN_CHANGED':
					return `${who}: another plan is right by now.`;
				default:
					return `${who}: ${escapeText(result.error ?? 'it did not work; see the log.', REASON_LENGTH)}`;
			}
	}
}
