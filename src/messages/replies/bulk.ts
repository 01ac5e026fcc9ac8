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

/** Plan and result of a bulk fix. */

/** Content of an edited ephemeral reply. */
export interface BulkMessage {
	readonly content: string;
	readonly embeds: APIEmbed[];
	readonly components: APIActionRowComponent<APIButtonComponent>[];
}

const LIST_LENGTH = 2_600;
const PLAN_LENGTH = 120;
const REASON_LENGTH = 300;

/** Reply if nothing is open. */
export function nothingToFixReply(scope: BulkScope): string {
	return scope === 'all'
		? 'No open issues: nothing to fix. Use `/reconcile run` to compare everything now.'
		: `No issue of kind "${TYPE_NAMES[scope]}" is open. Use \`/reconcile run\` to compare everything now.`;
}

/** Shows a plan and asks for confirmation. @param before - text above the plan */
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
						name: `${count(unlinked, 'person', 'people')} not linked to a Stripe customer`,
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
					`**${describeEffect(losing.length, giving.length)}.** Each person is checked again before anything is changed.`,
					planLines(issues)
				].join('\n\n'),
				fields
			}
		],
		components: [{ type: ComponentType.ActionRow, components: planButtons(plan, losing.length, giving.length) }]
	};
}

/** "19 people lose a role, 9 people gain one"; zeros are left out. */
function describeEffect(losing: number, giving: number): string {
	const parts = [
		...(losing === 0 ? [] : [`${count(losing, 'person loses', 'people lose')} a role`]),
		...(giving === 0 ? [] : [`${count(giving, 'person gains', 'people gain')} ${losing === 0 ? 'a role' : 'one'}`])
	];
	return parts.join(', ');
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

/** Shows the plan of one open issue and asks for confirmation. */
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

/** Result of a bulk fix, or the current plan again if it changed or is on hold. */
export function bulkReply(result: BulkResult, scope: BulkScope): BulkMessage {
	switch (result.kind) {
		case 'plan-changed':
			return result.plan === null
				? { content: `Nothing was changed. ${nothingToFixReply(scope)}`, embeds: [], components: [] }
				: bulkPlanReply(
						result.plan,
						'Nothing was changed: the plan has changed since you saw it. Check it, and press again if it is right.'
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
		left === 0 ? '' : ` Reeve is being restarted, and resumes the other ${count(left, 'issue')} automatically in a minute or two.`;
	const head = `${left === 0 ? 'Done' : 'Stopped'}: ${number(fixed)} of ${count(steps.length + left, 'issue')} fixed.${stopped}`;
	if (lines.length === 0) return head;
	return cut(`${head} Not fixed:\n${fitLines(lines, MAX_REPLY_LENGTH - head.length - 20, { cutLast: true })}`, MAX_REPLY_LENGTH);
}

/** Null for an issue that was fixed. */
function whyNotFixed({ issue, result }: BulkStep): string | null {
	const who = mentionWithName(issue.discordId, issue.discordName);
	switch (result.kind) {
		case 'busy':
			return `${who}: another operator is already fixing this.`;
		case 'settled':
			return `${who}: already settled.`;
		case 'plan-changed':
			return `${who}: the plan has changed.`;
		case 'unknown':
			return `${who}: the issue is no longer known.`;
		case 'ended':
			switch (result.outcome) {
				case 'FIXED':
					return null;
				case 'RESOLVED':
					return `${who}: the drift is gone.`;
				case 'EXEMPT':
					return `${who}: exempt.`;
				case 'PLAN_CHANGED':
					return `${who}: the plan has changed.`;
				default:
					return `${who}: ${escapeText(result.error ?? 'it did not work; see the log.', REASON_LENGTH)}`;
			}
	}
}
