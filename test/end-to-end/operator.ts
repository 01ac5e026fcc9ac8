import type { APIButtonComponentWithCustomId, APIMessage } from 'discord-api-types/v10';
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

/** The buttons of a message, in reading order. */
export function buttons(message: APIMessage): APIButtonComponentWithCustomId[] {
	const rows = message.components as unknown as { components: APIButtonComponentWithCustomId[] }[];
	return rows.flatMap(({ components }) => components);
}

export function fixButtons(message: APIMessage): APIButtonComponentWithCustomId[] {
	return buttons(message).filter(({ label }) => label?.startsWith('Apply fix'));
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
