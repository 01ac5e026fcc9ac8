import type { APIEmbed } from 'discord.js';
import { EFFECTS, type Effect } from '../../reconciliation/domain/effect.js';
import type { RoleName } from '../../reconciliation/domain/rules.js';
import { withPlainDays } from '../../reconciliation/domain/time-in-text.js';
import type { Preview, PreviewedMember, PreviewResult } from '../../reconciliation/runs/preview.js';
import { COLOURS } from '../format/colours.js';
import { describeEffects } from '../format/effects.js';
import { count, number, roles } from '../format/format.js';
import { MAX_FIELD_LENGTH, MAX_MESSAGE_LENGTH } from '../format/limits.js';
import { fitLines } from '../format/lines.js';
import { escapeName, mention, sentence } from '../format/text.js';
import { idCell, rolesCell } from './export/cells.js';
import { toCsv } from './export/csv.js';

/** Who would gain and who would lose under new settings: as a reply, as lines of text and as JSON. */

const LIST_LENGTH = 2_400;
const TEXT_LENGTH = 150;

const NAMES: Readonly<Record<Effect, string>> = {
	removes: 'loses access',
	lowers: 'moves down',
	tidies: 'keeps the same access',
	raises: 'moves up',
	grants: 'gets access'
};

const NO_CHANGE = 'These settings decide about roles as those in force do: no one gains or loses anything. Nothing was changed.';

interface PreviewReply {
	readonly content: string;
	readonly embeds: APIEmbed[];
	readonly files: { attachment: Buffer; name: string }[];
}

/** The reply to `/reconcile preview`. */
export function previewReply(result: PreviewResult): PreviewReply {
	if (result.kind === 'invalid') {
		const problems = result.problems.map((problem) => `- ${sentence(problem, MAX_FIELD_LENGTH)}`);
		const head = 'Reeve would not start with these settings:';
		return { content: `${head}\n${fitLines(problems, MAX_MESSAGE_LENGTH - head.length - 1, { cutLast: true })}`, embeds: [], files: [] };
	}
	if (result.kind === 'failed')
		return { content: `The preview failed: ${sentence(result.reason, TEXT_LENGTH * 8)} Nothing was changed.`, embeds: [], files: [] };
	const { preview } = result;
	if (isUnchanged(preview)) return { content: NO_CHANGE, embeds: [], files: [] };
	const { changes, members, unknown } = preview;
	const lines = members.map(
		({ discordId, discordName, effect, before, after }) =>
			`${mention(discordId)} · ${escapeName(discordName)} ${NAMES[effect]}: ${roles(before) || 'no role'} → ${roles(after) || 'no role'}`
	);
	const [unknownLine] = unknownLines(preview);
	return {
		content: '',
		embeds: [
			{
				title: 'Preview of the new settings',
				color: losesAccess(preview) ? COLOURS.bad : COLOURS.amber,
				description: [
					fitLines(
						changes.map((change) => sentence(change, TEXT_LENGTH)),
						MAX_FIELD_LENGTH,
						{ cutLast: true }
					),
					`**${summaryOf(preview)}**`,
					...(lines.length === 0 ? [] : [fitLines(lines, LIST_LENGTH)]),
					...(unknownLine === undefined ? [] : [unknownLine])
				].join('\n\n'),
				footer: { text: `Compared ${count(preview.membersChecked, 'member')}. Nothing was changed.` }
			}
		],
		files: members.length + unknown.length === 0 ? [] : [{ attachment: Buffer.from(csvOf(preview)), name: 'reeve-preview.csv' }]
	};
}

/** Whether anyone would lose access or move down. */
export function losesAccess({ effects }: Pick<Preview, 'effects'>): boolean {
	return effects.removes + effects.lowers > 0;
}

/** The same for a terminal. */
export function previewLines(preview: Preview): readonly string[] {
	if (isUnchanged(preview)) return [NO_CHANGE];
	const sections = EFFECTS.flatMap((effect) => {
		const own = preview.members.filter((member) => member.effect === effect);
		const heading = `\n${NAMES[effect]} (${number(own.length)}):`;
		return own.length === 0 ? [] : [heading, ...own.map(textLine)];
	});
	const [unknownLine] = unknownLines(preview);
	return [
		...preview.changes,
		`\n${summaryOf(preview)}`,
		...sections,
		...(unknownLine === undefined
			? []
			: [`\n${unknownLine}`, ...preview.unknown.map(({ discordId, discordName, why }) => `  ${discordName} (${discordId}): ${why}`)]),
		`\nCompared ${count(preview.membersChecked, 'member')}. Nothing was changed.`
	];
}

/** The same for programs. */
export function previewJson({ changes, effects, members, unknown, membersChecked }: Preview): string {
	const having = (effect: Effect) => members.filter((member) => member.effect === effect).map(({ effect: _, ...member }) => member);
	const { removes: loses, lowers: movesDown, raises: movesUp, grants: gains, tidies: other } = effects;
	return JSON.stringify(
		{
			changes,
			counts: { loses, movesDown, gains, movesUp, other, unknown: unknown.length, membersChecked },
			loses: having('removes'),
			movesDown: having('lowers'),
			gains: having('grants'),
			movesUp: having('raises'),
			other: having('tidies'),
			unknown
		},
		null,
		'\t'
	);
}

function isUnchanged({ changes }: Preview): boolean {
	return changes.length === 0;
}

function summaryOf({ effects }: Preview): string {
	const described = describeEffects(effects);
	return described === '' ? 'No one gains or loses anything now.' : `${described}.`;
}

function unknownLines({ unknown }: Preview): readonly string[] {
	if (unknown.length === 0) return [];
	return [
		`Reeve would no longer know what ${count(unknown.length, 'person', 'people')} should have: they would keep the roles that they have, and get no new ones.`
	];
}

function textLine({ discordId, discordName, before, after, stripeStatus }: PreviewedMember): string {
	return `  ${discordName} (${discordId}): ${plain(before)} → ${plain(after)}; ${withPlainDays(stripeStatus)}`;
}

function plain(names: readonly RoleName[]): string {
	return names.join(' and ') || 'no role';
}

function csvOf({ members, unknown }: Preview): string {
	const rows = [
		...members.map(({ discordId, discordName, effect, before, after, stripeStatus }) => [
			NAMES[effect],
			idCell(discordId),
			discordName,
			rolesCell(before),
			rolesCell(after),
			withPlainDays(stripeStatus)
		]),
		...unknown.map(({ discordId, discordName, why }) => ['is unknown', idCell(discordId), discordName, '', '', why])
	];
	return toCsv(['Effect', 'Person (ID)', 'Person (name)', 'Roles now', 'Roles then', 'Stripe says'], rows).text;
}
