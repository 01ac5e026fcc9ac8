import { setTimeout as sleep } from 'node:timers/promises';
import { type APIMessage, ComponentType } from 'discord-api-types/v10';
import { renderMessages } from './control/terminal.js';
import type { Sandbox } from './sandbox.js';

/** The first reconciliation, requested as an operator and shown in the terminal. */

/** Large metropolis worlds take minutes. */
const RUN_TIMEOUT_MS = 30 * 60_000;
const REPORT_TIMEOUT_MS = 15_000;
/** Each poll queries the bot's database. */
const POLL_MS = 200;

/**
 * Runs `/reconcile run` as the operator and waits for the report.
 * @returns the admin channel as the operator sees it, and the next steps
 */
export async function firstRun(sandbox: Sandbox): Promise<string> {
	const { worldSignal } = sandbox;
	const id = sandbox.command('operator', 'reconcile run');
	await sandbox.until(async () => {
		// A reset supersedes this run.
		if (worldSignal.aborted || sandbox.interaction(id).state === 'failed') return true;
		await sleep(POLL_MS);
		const [run] = await sandbox.runs(1);
		if (run === undefined || run.completedAt === null) return false;
		return run.reportMessageId !== null || Date.now() - Date.parse(run.completedAt) > REPORT_TIMEOUT_MS;
	}, RUN_TIMEOUT_MS);
	worldSignal.throwIfAborted();
	const { failure } = sandbox.interaction(id);
	if (failure !== null) throw new Error(`/reconcile run: ${failure}`);
	return `${adminChannel(sandbox)}\n\n${nextSteps(sandbox)}`;
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

function nextSteps(sandbox: Sandbox): string {
	const lines = [
		`Open ${sandbox.url}/ in a browser: the channel as Discord shows it, and four things to try.`,
		`For scripts: ${sandbox.url}/api`
	];
	const button = findFirstFix(sandbox.messages());
	if (button) {
		const body = JSON.stringify({ user: 'operator', ...button });
		lines.push(
			'To click the first fix button, for example:',
			`  curl -X POST ${sandbox.url}/api/click -H 'content-type: application/json' -d '${body}'`
		);
	}
	lines.push('Ctrl+C stops it and removes its files.');
	return lines.join('\n');
}

function findFirstFix(messages: readonly APIMessage[]): { messageId: string; customId: string } | null {
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
