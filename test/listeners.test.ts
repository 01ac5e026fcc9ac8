import { container, type Listener } from '@sapphire/framework';
import { ButtonInteraction } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatInputCommandDeniedListener } from '../listeners/chat-input-command-denied.js';
import { ChatInputSubcommandErrorListener } from '../listeners/chat-input-subcommand-error.js';
import { ContextMenuCommandDeniedListener } from '../listeners/context-menu-command-denied.js';
import { ContextMenuCommandErrorListener } from '../listeners/context-menu-command-error.js';
import { InteractionHandlerErrorListener } from '../listeners/interaction-handler-error.js';
import { ScheduledTaskErrorListener } from '../listeners/scheduled-task-error.js';
import { ScheduledTaskNotFoundListener } from '../listeners/scheduled-task-not-found.js';
import { UnknownComponentListener } from '../listeners/unknown-component.js';
import { InFlightWork } from '../src/lifecycle.js';
import { buildCustomId } from '../src/messages/custom-id.js';

/** Reeve's listeners answer for Reeve's own command, components and tasks, and leave alone what belongs to another bot. */

const OWN = {
	command: 'reeve.reconcile',
	contextMenu: 'reeve.why-these-roles',
	customId: buildCustomId({ action: 'cancel' }),
	task: 'reeve.housekeeping'
};
const FOREIGN = { command: 'status', contextMenu: 'report', customId: 'ticket:open:1', task: 'sync-members' };

type ListenerClass<L> = new (context: Listener.LoaderContext, options: Listener.Options) => L;

function create<L>(Class: ListenerClass<L>): L {
	const context = { root: '', path: '', name: 'reeve.test', store: { container } };
	return new Class(context as never, { name: 'reeve.test', enabled: true } as never);
}

/** A button or command that records its replies. */
function interactionOf(customId: string) {
	const replies: unknown[] = [];
	const reply = async (message: unknown) => void replies.push(message);
	const fake = { customId, commandName: 'x', options: { getSubcommand: () => 'run' }, deferred: false, replied: false, reply };
	const interaction = Object.assign(Object.create(ButtonInteraction.prototype), {
		...fake,
		isCommand: () => false,
		isMessageComponent: () => true,
		isModalSubmit: () => false
	});
	return { interaction: interaction as never, replies };
}

const log = { error: vi.fn(), warn: vi.fn() };
const before = { ...container };

beforeEach(() => {
	Object.assign(container, {
		client: { on: () => {} },
		reeve: { isOpen: true, reworded: (target: object) => target, services: { lifecycle: new InFlightWork() }, logger: log }
	});
});

afterEach(() => {
	Object.assign(container, before);
	vi.clearAllMocks();
});

describe.each([
	['its own', OWN, 1],
	['those of another bot', FOREIGN, 0]
])('%s', (_, { command, contextMenu, customId, task }, answers) => {
	it(`replies to ${answers} denied command`, async () => {
		const { interaction, replies } = interactionOf(customId);
		const payload = { interaction, command: { name: command } };
		await create(ChatInputCommandDeniedListener).run({ message: 'No.' } as never, payload as never);
		expect(replies).toHaveLength(answers);
	});

	it(`replies to ${answers} denied and ${answers} failed command of a context menu`, async () => {
		const { interaction, replies } = interactionOf(customId);
		const payload = { interaction, command: { name: contextMenu } };
		await create(ContextMenuCommandDeniedListener).run({ message: 'No.' } as never, payload as never);
		await create(ContextMenuCommandErrorListener).run(new Error('broken'), payload as never);
		expect(replies).toHaveLength(2 * answers);
		expect(log.error).toHaveBeenCalledTimes(answers);
	});

	it(`replies to ${answers} failed subcommand`, async () => {
		const { interaction, replies } = interactionOf(customId);
		await create(ChatInputSubcommandErrorListener).run(new Error('broken'), { interaction, command: { name: command } } as never);
		expect(replies).toHaveLength(answers);
		expect(log.error).toHaveBeenCalledTimes(answers);
	});

	it(`replies to ${answers} failed interaction handler`, async () => {
		const { interaction, replies } = interactionOf(customId);
		await create(InteractionHandlerErrorListener).run(new Error('broken'), { interaction, handler: { name: 'x' } } as never);
		expect(replies).toHaveLength(answers);
		expect(log.error).toHaveBeenCalledTimes(answers);
	});

	it(`logs ${answers} error of a task`, () => {
		create(ScheduledTaskErrorListener).run(new Error('broken'), { name: task } as never);
		expect(log.error).toHaveBeenCalledTimes(answers);
	});

	it(`logs ${answers} job without a task`, () => {
		create(ScheduledTaskNotFoundListener).run(task);
		expect(log.warn).toHaveBeenCalledTimes(answers);
	});
});

describe('the listener for unknown components', () => {
	it.each([
		['a component of another bot', 'ticket:open:1', 0],
		['a component whose ID merely begins with the same letters', 'reeves-shop:buy', 0],
		['a component that a handler recognises', OWN.customId, 0],
		['a component of a later version of Reeve', 'reeve:2:fix:now', 1],
		['a damaged component of Reeve', 'reeve:1:fix', 1]
	])('replies to %s: %s', async (_, customId, answers) => {
		const { interaction, replies } = interactionOf(customId);
		await create(UnknownComponentListener).run(interaction);
		expect(replies).toHaveLength(answers);
	});
});
