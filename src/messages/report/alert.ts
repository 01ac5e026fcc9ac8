import type { APIEmbed } from 'discord.js';
import type { AlertedProblem, StoredAlert } from '../../reconciliation/domain/alert.js';
import { COLOURS } from '../format/colours.js';
import { mention, sentence } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';

/** Alert: something in the server keeps Reeve from working, or no longer does. */

const MESSAGE_LENGTH = 600;

const STOPPED: Readonly<Record<AlertedProblem['blocks'], string>> = {
	runs: "Reeve can't check roles any more",
	fixes: "Reeve can't change roles any more",
	reports: "Reeve can't post its reports any more"
};

const WORKS: Readonly<Record<AlertedProblem['blocks'], string>> = {
	runs: 'Reeve can check roles again',
	fixes: 'Reeve can change roles again',
	reports: 'Reeve can post its reports again'
};

const MEANWHILE: Readonly<Record<AlertedProblem['blocks'], string>> = {
	runs: 'Until this is fixed every run fails, and no roles are changed.',
	fixes: 'Until this is fixed, Reeve finds wrong roles but cannot correct them.',
	reports: 'Until this is fixed, reports wait: those of up to three days are posted then.'
};

/** Worst first. */
const ORDER: readonly AlertedProblem['blocks'][] = ['runs', 'fixes', 'reports'];

/** What the audit log names a member for. */
const DONE: Readonly<Record<AlertedProblem['part']['kind'], string>> = {
	role: 'Deleted',
	'role-order': "Reeve's role was changed",
	permissions: 'Changed',
	'two-factor': 'Turned on',
	membership: 'Removed',
	channel: 'Deleted',
	'channel-access': "The channel's permissions were last changed"
};

export function alertEmbed({ at, problems }: Pick<StoredAlert, 'at' | 'problems'>): APIEmbed {
	const open = problems.filter(({ resolvedAt }) => resolvedAt === null);
	const worst = worstOf(open.length > 0 ? open : problems);
	const lines = [...problems].sort(byImpact).map(problemLines);
	return {
		title: open.length > 0 ? STOPPED[worst] : WORKS[worst],
		color: open.length > 0 ? COLOURS.bad : COLOURS.good,
		description: [...lines, ...(open.length > 0 ? [MEANWHILE[worst]] : [])].join('\n\n'),
		timestamp: at.toISOString()
	};
}

function worstOf(problems: readonly AlertedProblem[]): AlertedProblem['blocks'] {
	return ORDER.find((blocks) => problems.some((problem) => problem.blocks === blocks)) ?? 'runs';
}

function byImpact(a: AlertedProblem, b: AlertedProblem): number {
	return ORDER.indexOf(a.blocks) - ORDER.indexOf(b.blocks);
}

function problemLines({ message, part, change, resolvedAt }: AlertedProblem): string {
	const text = resolvedAt === null ? `✗ ${sentence(message, MESSAGE_LENGTH)}` : `✓ Over since ${moment(resolvedAt)}: ${headline(message)}`;
	return change === null ? text : `${text}\n${DONE[part.kind]} by ${mention(change.by)}, ${ago(change.at)}.`;
}

/** What was wrong, without what to do. */
function headline(message: string): string {
	return sentence(/^.+?(?=\. |: )/.exec(message)?.[0] ?? message, MESSAGE_LENGTH);
}
