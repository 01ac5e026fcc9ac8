import type { APIEmbed } from 'discord.js';
import { reportableIssues } from '../../reconciliation/detection/verify-fixes.js';
import type { Disconnection, Notification } from '../../reconciliation/outbox/outbox.js';
import { number } from '../format/format.js';
import { markdownToText, type TextContext } from '../format/markdown-to-text.js';
import { clean } from '../format/text.js';
import { TEXT_BUDGETS } from '../format/text-budget.js';
import { alertEmbed } from './alert.js';
import { disconnectedEmbed } from './disconnected.js';
import { holdEmbed } from './hold.js';
import { issueEmbed, shownIssue } from './issue.js';
import { overdueEmbed } from './overdue.js';
import { summaryEmbed } from './summary.js';
import type { ReportView } from './view.js';

/** The report as an email. Pure. */

export interface Email {
	readonly subject: string;
	readonly text: string;
	readonly html: string;
}

export interface EmailInput extends TextContext {
	readonly notification: Notification | Disconnection;
	readonly states: ReportView['states'];
	/** The name of the server. */
	readonly guildName: string;
	/** Link to the report, or why it could not be posted. */
	readonly report: { readonly url: string } | { readonly whyNot: string };
}

/** Mail servers reject huge emails; the report has all issues. */
const MAX_ISSUES_IN_FULL = 50;

const SUBJECT_LENGTH = 150;

/** An embed as plain text. */
interface Block {
	readonly title: string;
	readonly colour: string;
	readonly lines: readonly string[];
	readonly fields: readonly { readonly name: string; readonly value: string }[];
}

export function renderEmail(parts: EmailInput): Email {
	const { notification, report, guildName } = parts;
	const [embeds, left] = embedsOf(notification, parts.states);
	const blocks = embeds.map((embed) => toBlock(embed, parts));
	const more = left === 0 ? '' : `… and ${number(left)} more, which the report shows.`;
	const where =
		'url' in report
			? `Report, with the buttons to act: ${report.url}`
			: `${notification.kind === 'alert' ? 'This' : 'The report'} could not be posted in the admin channel: ${report.whyNot}`;
	const next = notification.kind === 'disconnected' ? '' : ' Use /reconcile status for the current state.';
	const closing = [`Reeve writes only when something is wrong.${next}`];
	const subject = clean(`Reeve · ${guildName}: ${blocks[0]?.title ?? ''}`).slice(0, SUBJECT_LENGTH);
	return {
		subject,
		text: [where, ...blocks.map(blockText), ...(more === '' ? [] : [more]), ...closing].join('\n\n'),
		html: htmlOf(subject, 'url' in report ? report.url : null, where, blocks, more, closing)
	};
}

function embedsOf(notification: Notification | Disconnection, states: ReportView['states']): [APIEmbed[], number] {
	if (notification.kind === 'disconnected') return [[disconnectedEmbed(notification.reason)], 0];
	if (notification.kind === 'overdue') return [[overdueEmbed(notification.since)], 0];
	if (notification.kind === 'alert' || notification.kind === 'alert-update') return [[alertEmbed(notification.alert)], 0];
	if (notification.kind !== 'run') return [[holdEmbed(notification.hold)], 0];
	const { result } = notification;
	const [budget] = TEXT_BUDGETS;
	const issues = reportableIssues(result);
	const shown = issues.slice(0, MAX_ISSUES_IN_FULL).map((issue, index) => issueEmbed(shownIssue(issue, index + 1, states), budget));
	return [[summaryEmbed({ result, states }, `Run ${result.runId}`, budget), ...shown], issues.length - shown.length];
}

function toBlock({ title = '', description = '', color = 0, fields = [], footer }: APIEmbed, reader: TextContext): Block {
	const plain = (text: string) => markdownToText(text, reader);
	return {
		title: plain(title),
		colour: `#${color.toString(16).padStart(6, '0')}`,
		lines: [...plain(description).split('\n'), ...(footer === undefined ? [] : [plain(footer.text)])],
		fields: fields.map(({ name, value }) => ({ name: plain(name), value: plain(value) }))
	};
}

function blockText({ title, lines, fields }: Block): string {
	const indented = (value: string) => value.split('\n').join('\n  ');
	return [title, '-'.repeat(Math.min(title.length, 60)), ...lines, ...fields.map(({ name, value }) => `${name}: ${indented(value)}`)].join(
		'\n'
	);
}

function htmlOf(
	title: string,
	url: string | null,
	where: string,
	blocks: readonly Block[],
	more: string,
	closing: readonly string[]
): string {
	const link =
		url === null ? `<p>${escapeHtml(where)}</p>` : `<p><a href="${escapeHtml(url)}">Open the report, with the buttons to act</a></p>`;
	return [
		`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`,
		'<body style="font-family:sans-serif;line-height:1.4;max-width:44rem">',
		link,
		...blocks.map(blockHtml),
		...(more === '' ? [] : [`<p>${escapeHtml(more)}</p>`]),
		...closing.map((line) => `<p style="color:#666">${escapeHtml(line)}</p>`),
		'</body></html>'
	].join('\n');
}

function blockHtml({ title, colour, lines, fields }: Block): string {
	const broken = (text: string) => escapeHtml(text).replaceAll('\n', '<br>');
	const rows = fields.map(
		({ name, value }) =>
			`<tr><th style="text-align:left;vertical-align:top;padding-right:1em">${escapeHtml(name)}</th><td>${broken(value)}</td></tr>`
	);
	return [
		`<div style="border-left:4px solid ${colour};padding:0 0 0 1em;margin:1em 0">`,
		`<h2 style="font-size:1.1em;margin:0">${escapeHtml(title)}</h2>`,
		`<p style="margin:.3em 0">${lines.map(escapeHtml).join('<br>')}</p>`,
		...(rows.length === 0 ? [] : [`<table style="border-collapse:collapse">${rows.join('')}</table>`]),
		'</div>'
	].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
