import { setTimeout as sleep } from 'node:timers/promises';
import { type APIMessage, ComponentType } from 'discord-api-types/v10';
import { renderMessages } from './control/terminal.js';
import type { Sandbox } from './sandbox.js';

/** What a newcomer sees in the terminal: the first reconciliation, as if an operator had asked for it. */

/** A metropolis takes its time. */
const RUN_TIMEOUT_MS = 30 * 60_000;
const REPORT_TIMEOUT_MS = 15_000;
/** Every look goes through the bot, which has better things to do. */
const POLL_MS = 200;

/**
 * Runs `/reconcile run` as the operator and waits for the report.
 * @returns the admin channel as the operator sees it, and what to do next
 */
export async function firstRun(sandbox: Sandbox): Promise<string> {
	const { worldSignal } = sandbox;
	const id = sandbox.command('operator', 'reconcile run');
	await sandbox.until(async () => {
		// A reset wins: there is nothing to wait for any more.
		if (worldSignal.aborted || sandbox.interaction(id).state === 'failed') return true;
		await sleep(POLL_MS);
		const [newest] = await sandbox.runs(1);
		if (newest === undefined || newest.completedAt === null) return false;
		return newest.reportMessageId !== null || Date.now() - Date.parse(newest.completedAt) > REPORT_TIMEOUT_MS;
	}, RUN_TIMEOUT_MS);
	worldSignal.throwIfAborted();
	const { failure } = sandbox.interaction(id);
	if (failure !== null) throw new Error(`/reconcile run: ${failure}`);
	return `${adminChannel(sandbox)}\n\n${whatNext(sandbox)}`;
}

function adminChannel(sandbox: Sandbox): string {
	const { members, roles } = sandbox.guild();
	const { adminChannelId, generalChannelId } = sandbox.discord.ids;
	const names = {
		users: new Map(members.map(({ id, username }) => [id, username])),
		roles: new Map(roles.map(({ id, name }) => [id, name])),
		channels: new Map([
			[adminChannelId, 'admin'],
			[generalChannelId, 'general']
		])
	};
	return `What the operator sees in #admin:\n\n${renderMessages(sandbox.messages(), names)}`;
}

function whatNext(sandbox: Sandbox): string {
	const lines = [`The sandbox keeps running at ${sandbox.url} : open it to see all that can be asked of it.`];
	const button = firstFix(sandbox.messages());
	if (button) {
		const body = JSON.stringify({ user: 'operator', ...button });
		lines.push(
			'To click the first fix button:',
			`  curl -X POST ${sandbox.url}/api/click -H 'content-type: application/json' -d '${body}'`
		);
	}
	lines.push('Ctrl+C stops it and leaves nothing behind.');
	return lines.join('\n');
}

function firstFix(messages: readonly APIMessage[]): { messageId: string; customId: string } | null {
	for (const message of messages) {
		for (const row of message.components ?? []) {
			if (row.type !== ComponentType.ActionRow) continue;
			for (const component of row.components) {
				if (component.type !== ComponentType.Button || !('custom_id' in component) || component.disabled) continue;
				if ('label' in component && component.label?.startsWith('Apply fix'))
					return { messageId: message.id, customId: component.custom_id };
			}
		}
	}
	return null;
}
