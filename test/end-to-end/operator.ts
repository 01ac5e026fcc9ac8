import {
	type APIButtonComponentWithCustomId,
	type APIMessage,
	type APISelectMenuComponent,
	type APIStringSelectComponent,
	ComponentType
} from 'discord-api-types/v10';
import { expect } from 'vitest';
import type { Sandbox, StoredRun } from '../../sandbox/sandbox.js';

/** Actions of an operator in the sandbox, each with the reply it waits for. */

/** Runs `/reconcile run` and waits for its final reply. @throws if another run holds the lease: within `until`, that retries */
export async function reconcile(sandbox: Sandbox, user = 'operator'): Promise<{ answer: string; run: StoredRun; report: APIMessage }> {
	const interaction = sandbox.command(user, 'reconcile run');
	const answer = await waitForMessage(sandbox, interaction, /^(Done|The run failed|A reconciliation is already running)/);
	if (answer.startsWith('A reconciliation')) throw new Error(answer);
	const [run] = await sandbox.runs(1);
	expect(run).toBeDefined();
	const report = sandbox.messages().find(({ id }) => id === (run as StoredRun).reportMessageId);
	return { answer, run: run as StoredRun, report: report as APIMessage };
}

/** Waits until the newest ephemeral response to an interaction matches. @returns its content */
export function waitForMessage(sandbox: Sandbox, interaction: string, like: RegExp): Promise<string> {
	return sandbox.until(() => {
		const { responses, failure } = sandbox.interaction(interaction);
		if (failure !== null) throw new Error(failure);
		const content = responses.filter(({ ephemeral }) => ephemeral).at(-1)?.content;
		return content !== undefined && like.test(content) ? content : null;
	});
}

/** The status by its parts: lines of the description that begin with a name, and fields. */
export async function readStatus(sandbox: Sandbox): Promise<Readonly<Record<string, string>>> {
	const { answer } = await runCommand(sandbox, 'reconcile status');
	const { description = '', fields = [] } = answer.embeds[0] ?? {};
	const lines = [...description.matchAll(/^\*\*([^:*]+):\*\* (.*)$/gm)].map(([, name = '', text = '']): [string, string] => [name, text]);
	return Object.fromEntries([['', description], ...lines, ...fields.map(({ name, value }): [string, string] => [name, value])]);
}

/** The buttons of a message, in reading order. */
export function buttons(message: APIMessage): APIButtonComponentWithCustomId[] {
	return componentsOf(message).filter(({ type }) => type === ComponentType.Button);
}

/** The menus of a message. */
export function menus(message: APIMessage): APISelectMenuComponent[] {
	return componentsOf<APISelectMenuComponent>(message).filter(({ type }) => Number(type) !== ComponentType.Button);
}

function componentsOf<Component = APIButtonComponentWithCustomId>(message: APIMessage): Component[] {
	const rows = (message.components ?? []) as unknown as { components: Component[] }[];
	return rows.flatMap(({ components }) => components);
}

export function fixButtons(message: APIMessage): APIButtonComponentWithCustomId[] {
	return buttons(message).filter(({ label }) => label?.startsWith('Apply fix'));
}

/** A page of a report, read as an operator reads it: a member's number is that of their button. */
export function issueOn(
	message: APIMessage,
	name: string
): { readonly number: string; readonly text: string; readonly button: string } | null {
	const lines = (message.embeds[0]?.description ?? '').split('\n');
	const small = lines.findIndex((line) => line.startsWith(`-# ${name} ·`) || line === `-# ${name}`);
	const [, number = ''] = /^\*\*([\d,]+)\.\*\* /.exec(lines[small - 1] ?? '') ?? [];
	if (number === '') return null;
	const more = lines[small + 1]?.startsWith('-# Tried by') || lines[small + 1]?.startsWith('-# Came back') ? [lines[small + 1]] : [];
	const button = buttons(message).find(({ label }) => label?.startsWith(`Apply fix ${number} ·`) || label?.startsWith(`Link ${number}…`));
	return { number, text: [lines[small - 1], lines[small], ...more].join('\n'), button: button?.custom_id ?? '' };
}

/** The report, if it shows the member; else a private copy of it, on their page. */
export async function pageWith(sandbox: Sandbox, report: APIMessage, name: string, user = 'operator'): Promise<APIMessage> {
	let message = refetch(sandbox, report);
	if (issueOn(message, name) !== null) return message;
	const opened = sandbox.click(user, report.id, buttonOf(message, /^All [\d,]+…$/));
	message = await waitForReply(sandbox, opened);
	const turn = async (label: RegExp): Promise<boolean> => {
		const button = buttons(message).find((each) => label.test(each.label ?? ''));
		if (button === undefined || button.disabled) return false;
		const before = message.embeds[0]?.footer?.text;
		sandbox.click(user, message.id, button.custom_id);
		message = await sandbox.until(() => {
			const now = sandbox.interaction(opened).responses.at(-1);
			return now !== undefined && now.embeds[0]?.footer?.text !== before ? now : null;
		});
		return true;
	};
	for (const label of [/Next/, /Previous/]) while (issueOn(message, name) === null && (await turn(label)));
	if (issueOn(message, name) === null) throw new Error(`${name} is on no page`);
	return message;
}

/** An option of a message's menu. */
export function optionOf(message: APIMessage, label: RegExp): { readonly customId: string; readonly value: string } {
	const menus = componentsOf<APIStringSelectComponent>(message).filter(({ type }) => type === ComponentType.StringSelect);
	for (const { custom_id: customId, options } of menus)
		for (const option of options) if (label.test(option.label)) return { customId, value: option.value };
	throw new Error(`no option ${label} in ${menus.flatMap(({ options }) => options.map((option) => option.label))}`);
}

/** Picks an option of a message's menu. @returns the interaction */
export function pick(sandbox: Sandbox, message: APIMessage, label: RegExp, user = 'operator'): string {
	const { customId, value } = optionOf(message, label);
	return sandbox.click(user, message.id, customId, [value]);
}

/** Clicks a fix button, confirms the fix if it takes access, and waits for the reply. */
export async function clickFix(sandbox: Sandbox, message: APIMessage, customId: string, user = 'operator', like = /./): Promise<string> {
	return confirmFix(sandbox, sandbox.click(user, message.id, customId), user, like);
}

/** Waits for the reply to a fix button that was clicked; if it asks for confirmation, confirms first. */
export async function confirmFix(sandbox: Sandbox, interaction: string, user = 'operator', like = /./): Promise<string> {
	const first = await sandbox.until(() => {
		const { responses, failure } = sandbox.interaction(interaction);
		if (failure !== null) throw new Error(failure);
		return responses.filter(({ ephemeral }) => ephemeral).at(-1) ?? null;
	});
	const confirm = buttons(first).find(({ custom_id }) => /^reeve:1:confirm(-copy)?:/.test(custom_id));
	if (confirm === undefined) return waitForMessage(sandbox, interaction, like);
	const confirmed = sandbox.click(user, first.id, confirm.custom_id);
	// A confirmation is replaced by the result, except in a private copy, which shows its page again.
	return waitForMessage(sandbox, confirm.custom_id.startsWith('reeve:1:confirm:') ? interaction : confirmed, like);
}

/** The current version of a message. */
export function refetch(sandbox: Sandbox, message: APIMessage): APIMessage {
	return sandbox.messages().find(({ id }) => id === message.id) as APIMessage;
}

/** Clicks a button and waits for the reply. */
export function click(sandbox: Sandbox, message: APIMessage, customId: string, user = 'operator', like = /./): Promise<string> {
	return waitForMessage(sandbox, sandbox.click(user, message.id, customId), like);
}

/** The managed roles of a member, sorted. */
export function managedRolesOf(sandbox: Sandbox, idOrName: string): string[] {
	const member = sandbox.guild().members.find(({ id, username }) => id === idOrName || username === idOrName);
	return (member?.roles ?? []).filter((role) => ['Knight', 'Lord', 'Debtor'].includes(role)).sort();
}

/** Runs a command and waits for its first reply. */
export async function runCommand(
	sandbox: Sandbox,
	command: string,
	options: Record<string, unknown> = {},
	user = 'operator'
): Promise<{ id: string; answer: APIMessage }> {
	const id = sandbox.command(user, command, options);
	return { id, answer: await waitForReply(sandbox, id) };
}

/** Waits until the newest response to an interaction matches; matched are its content, its first title and its button labels. */
export function waitForReply(sandbox: Sandbox, id: string, like = /./): Promise<APIMessage> {
	return sandbox.until(() => {
		const { responses, failure } = sandbox.interaction(id);
		if (failure !== null) throw new Error(failure);
		const last = responses.at(-1);
		if (last === undefined) return null;
		const labels = buttons(last).map(({ label }) => label);
		return like.test([last.content, last.embeds[0]?.title, ...labels].join(' ')) ? last : null;
	});
}

/** The custom ID of the first button whose label matches. */
export function buttonOf(message: APIMessage, label: RegExp): string {
	const found = buttons(message).find((button) => label.test(button.label ?? ''));
	if (found === undefined) throw new Error(`no button ${label} in ${buttons(message).map((button) => button.label)}`);
	return found.custom_id;
}

/** The plain text messages in the admin channel. */
export function linesOf(sandbox: Sandbox): string[] {
	return sandbox
		.messages()
		.map(({ content }) => content)
		.filter((content) => content !== '');
}
