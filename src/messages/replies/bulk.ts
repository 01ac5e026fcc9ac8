import {
	type APIActionRowComponent,
	type APIButtonComponent,
	type APIEmbed,
	type APIEmbedField,
	ButtonStyle,
	ComponentType
} from 'discord.js';
import { countEffects, EFFECTS, type Effect, takesAccess } from '../../reconciliation/domain/effect.js';
import { BULK_PARTS, type BulkPart, type BulkScope } from '../../reconciliation/domain/hold.js';
import type { OpenIssue } from '../../reconciliation/domain/issue.js';
import type { BulkResult, BulkStep } from '../../reconciliation/fixes/bulk.js';
import { type BulkPlan, holdOn } from '../../reconciliation/fixes/bulk-plan.js';
import { buildCustomId } from '../custom-id.js';
import { COLOURS } from '../format/colours.js';
import { describeEffects } from '../format/effects.js';
import { count, describePlan, heading, number, PART_LABELS, planLabel, SCOPE_NAMES } from '../format/format.js';
import { MAX_FIELD_LENGTH, MAX_LABEL_LENGTH, MAX_MESSAGE_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { cut, escapeName, mention, mentionWithName, sentence } from '../format/text.js';
import { describeOnboarding } from '../report/onboarding.js';
import { acceptRulesButton, ruleChangeField } from '../report/rule-change.js';
import { planFile } from './export/plan.js';

/** Plan and result of a bulk fix. */

/** Content of an edited ephemeral reply. Replaces what the reply showed before, its file included. */
export interface BulkMessage {
	readonly content: string;
	readonly embeds: APIEmbed[];
	readonly components: APIActionRowComponent<APIButtonComponent>[];
	readonly files: { attachment: Buffer; name: string }[];
	readonly attachments: [];
}

/** Of all people in a plan's message. The attached file has the others. */
const LIST_LENGTH = 2_600;
const PLAN_LENGTH = 120;
const REASON_LENGTH = 300;

const EFFECT_HEADINGS: Readonly<Record<Effect, string>> = {
	removes: 'Lose access',
	lowers: 'Move down',
	tidies: 'Keep the same access',
	raises: 'Move up',
	grants: 'Get access'
};

function message(
	content: string,
	{ embeds = [], buttons = [], files = [] }: { embeds?: APIEmbed[]; buttons?: APIButtonComponent[]; files?: BulkMessage['files'] } = {}
): BulkMessage {
	const components = buttons.length === 0 ? [] : [{ type: ComponentType.ActionRow as const, components: buttons }];
	return { content, embeds, components, files, attachments: [] };
}

/** Reply if nothing is open. */
export function nothingToFixReply(scope: BulkScope): string {
	return scope === 'all'
		? 'No open issues: nothing to fix. Use `/reconcile run` to compare everything now.'
		: `No issue of kind "${SCOPE_NAMES[scope]}" is open. Use \`/reconcile run\` to compare everything now.`;
}

/** Reply to **Cancel**. */
export function cancelledReply(): BulkMessage {
	return message('Cancelled. Nothing was changed.');
}

/** Shows a plan and asks for confirmation. @param before - text above the plan */
export function bulkPlanReply(plan: BulkPlan, before = ''): BulkMessage {
	const { scope, issues, hold, unlinked, unknown } = plan;
	const { file, left } = planFile(plan);
	const title = scope === 'all' ? 'Fix all' : `Fix "${SCOPE_NAMES[scope]}"`;
	const nothing = 'Nothing is to be changed here.';
	const summary =
		issues.length === 0
			? nothing
			: `**${describeEffects(countEffects(issues))}.** Each person is checked again before anything is changed.`;
	const cutFile = left === 0 ? '' : ` **The attached file is cut**: ${count(left, 'line')} had no room in what Discord takes.`;
	return message(before, {
		embeds: [
			{
				title: `${title}: ${count(issues.length, 'issue')}`,
				color: hold === null ? COLOURS.amber : COLOURS.bad,
				description: [`${summary}${cutFile}`, ...planSections(issues)].join('\n\n'),
				fields: [
					...onboardingFields(plan),
					...ruleChangeFields(plan),
					...holdFields(plan),
					...(unlinked === 0 ? [] : [unlinkedField(unlinked)]),
					...(unknown === 0 ? [] : [unknownField(unknown)])
				]
			}
		],
		buttons: [
			...BULK_PARTS.flatMap((part) => partButton(plan, part)),
			...(plan.ruleChange === null ? [] : [acceptRulesButton(plan.ruleChange)]),
			cancelButton()
		],
		files: issues.length === 0 ? [] : [file]
	});
}

/** The people of each effect, as far as there is room. */
function planSections(issues: readonly OpenIssue[]): readonly string[] {
	const sections = EFFECTS.flatMap((effect) => {
		const own = issues.filter((issue) => issue.effect === effect);
		return own.length === 0 ? [] : [{ effect, own }];
	});
	return sections.map(({ effect, own }) => {
		const lines = own.map(planLine);
		return `**${EFFECT_HEADINGS[effect]} (${number(own.length)})**\n${fitLines(lines, LIST_LENGTH / sections.length)}`;
	});
}

function planLine(issue: OpenIssue): string {
	return `${mention(issue.discordId)} · ${escapeName(issue.discordName)}: ${cut(describePlan(issue.plan), PLAN_LENGTH)} (${heading(issue)})`;
}

function holdFields({ hold }: BulkPlan): readonly APIEmbedField[] {
	if (hold === null) return [];
	const how = 'Check Stripe and some of these people. If it is right, press the button and type the number that it shows.';
	return [{ name: 'Needs your approval', value: cut(`${sentence(hold.reason, REASON_LENGTH)} ${how}`, MAX_FIELD_LENGTH) }];
}

/** What is left out until setup is finished. */
function onboardingFields({ onboarding, withheld }: BulkPlan): readonly APIEmbedField[] {
	if (onboarding === null) return [];
	const left = describeEffects(withheld);
	const why = `${describeOnboarding(onboarding)} Until it is, Reeve takes no access in bulk or automatically: the newest report says what to do. \`/reconcile fix issue:\` fixes one person.`;
	return [{ name: 'Setup is not finished', value: left === '' ? why : `${why}\n**Not part of this plan: ${left}.**` }];
}

/** What is left out until an operator accepts new rules. */
function ruleChangeFields({ ruleChange, onboarding, withheld }: BulkPlan): readonly APIEmbedField[] {
	if (ruleChange === null) return [];
	const { name, value } = ruleChangeField(ruleChange, REASON_LENGTH);
	const left = onboarding === null ? describeEffects(withheld) : '';
	return [{ name, value: left === '' ? value : `${value}\n**Not part of this plan: ${left}.**` }];
}

function unlinkedField(unlinked: number): APIEmbedField {
	return {
		name: `${count(unlinked, 'person', 'people')} not linked to a Stripe customer`,
		value: `Not part of this plan: Reeve cannot know whether they pay. Link them (\`/reconcile link\`) or exempt them (\`/reconcile exempt\`); for the rest, use \`/reconcile fix kind: ${SCOPE_NAMES.UNLINKED}\`.`
	};
}

function unknownField(unknown: number): APIEmbedField {
	return {
		name: `${count(unknown, 'person', 'people')} of whom it is unknown what they should have`,
		value: 'Not part of this plan: they keep their roles. The newest report gives the reasons, and `/reconcile why` those of one person.'
	};
}

/** A part that is held asks for a number first, hence the ellipsis. */
function partButton(plan: BulkPlan, part: BulkPart): APIButtonComponent[] {
	const { issues, planHash } = plan.parts[part];
	if (issues.length === 0) return [];
	const held = holdOn(plan, part) !== null;
	const label = `${PART_LABELS[part]} (${number(issues.length)})${held ? '…' : ''}`;
	const customId = buildCustomId({ action: held ? 'release' : 'bulk', scope: plan.scope, part, planHash });
	return [button(part === 'gives' ? ButtonStyle.Success : ButtonStyle.Danger, label, customId)];
}

function cancelButton(): APIButtonComponent {
	return button(ButtonStyle.Secondary, 'Cancel', buildCustomId({ action: 'cancel' }));
}

function button(
	style: ButtonStyle.Danger | ButtonStyle.Success | ButtonStyle.Secondary,
	label: string,
	custom_id: string
): APIButtonComponent {
	return { type: ComponentType.Button, style, label, custom_id };
}

/** Shows the plan of one open issue and asks for confirmation. */
export function singlePlanReply(issue: OpenIssue): BulkMessage {
	const { id, planHash, discordId, discordName, description, plan } = issue;
	const style = takesAccess(issue) ? ButtonStyle.Danger : ButtonStyle.Success;
	const label = cut(`Apply fix · ${planLabel(plan)}`, MAX_LABEL_LENGTH);
	const why = sentence(description, REASON_LENGTH);
	return message(`${mentionWithName(discordId, discordName)}: ${why} The plan: **${cut(describePlan(plan), PLAN_LENGTH)}**.`, {
		buttons: [button(style, label, buildCustomId({ action: 'fix-one', issueId: id, planHash }))]
	});
}

/** Result of a bulk fix, or the current plan again if it changed or is on hold. */
export function bulkReply(result: BulkResult, scope: BulkScope): BulkMessage {
	switch (result.kind) {
		case 'plan-changed':
			return result.plan === null
				? message(`Nothing was changed. ${nothingToFixReply(scope)}`)
				: bulkPlanReply(
						result.plan,
						'Nothing was changed: the plan has changed since you saw it. Check it, and press again if it is right.'
					);
		case 'held':
			return bulkPlanReply(
				result.plan,
				`Nothing was changed: this needs your approval. Press the button again and type ${number(result.hold.losing)}.`
			);
		case 'done': {
			const { plan, part, results, left } = result;
			const isRest = plan.issues.length > plan.parts[part].issues.length;
			const rest = button(ButtonStyle.Secondary, 'Look at the rest…', buildCustomId({ action: 'plan', scope }));
			return message(describeDone(results, left), { buttons: isRest ? [rest] : [] });
		}
	}
}

const MAX_REPLY_LENGTH = MAX_MESSAGE_LENGTH - 100;

function describeDone(steps: readonly BulkStep[], left: number): string {
	const fixed = steps.filter(({ fixed }) => fixed).length;
	const lines = steps.flatMap((step) => whyNotFixed(step) ?? []);
	const stopped =
		left === 0 ? '' : ` Reeve is being restarted, and resumes the other ${count(left, 'issue')} automatically in a minute or two.`;
	const head = `${left === 0 ? 'Done' : 'Stopped'}: ${number(fixed)} of ${count(steps.length + left, 'issue')} fixed.${stopped}`;
	if (lines.length === 0) return head;
	return cut(`${head} Not fixed:\n${fitLines(lines, MAX_REPLY_LENGTH - head.length - 20, { cutLast: true })}`, MAX_REPLY_LENGTH);
}

/** Null for an issue that was fixed. */
function whyNotFixed({ issue, result, fixed }: BulkStep): string | null {
	if (fixed) return null;
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
				case 'RESOLVED':
					return `${who}: the drift is gone.`;
				case 'EXEMPT':
					return `${who}: exempt.`;
				case 'PLAN_CHANGED':
					return `${who}: the plan has changed.`;
				default:
					return `${who}: ${sentence(result.error ?? 'it did not work; see the log.', REASON_LENGTH)}`;
			}
	}
}
