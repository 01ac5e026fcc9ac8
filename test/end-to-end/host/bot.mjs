/**
 * A small Sapphire bot with a command, a denied command, a failing command, a button, a failing button, and error listeners of its own. With
 * the variable REEVE it mounts Reeve, by these options; with TASKS it has a scheduled task in the queue of this Redis. The test asks it by IPC.
 */
import {
	Command,
	container,
	InteractionHandler,
	InteractionHandlerTypes,
	Listener,
	Precondition,
	SapphireClient
} from '@sapphire/framework';
import { GatewayIntentBits, MessageFlags } from 'discord.js';

const { DISCORD_TOKEN: token, API_URL: api, REEVE: reeveOptions, INTENTS = 'Guilds,GuildMembers', TASKS: tasksUrl } = process.env;

/** What holds for the whole process, before Reeve is loaded. */
const facts = () => ({
	keys: Object.keys(container).sort(),
	stores: [...container.stores.keys()].sort(),
	signals: ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name)),
	pieces: [...container.stores.values()].flatMap((store) => [...store.keys()]).sort()
});

if (tasksUrl !== undefined) await import('@sapphire/plugin-scheduled-tasks/register');
if (reeveOptions !== undefined) await import('../../../dist/src/register.js');

const client = new SapphireClient({
	intents: INTENTS.split(',').map((name) => GatewayIntentBits[name]),
	baseUserDirectory: null,
	rest: { api },
	...(tasksUrl === undefined ? {} : { tasks: { queue: 'host', bull: { connection: { url: tasksUrl } } } }),
	...(reeveOptions === undefined ? {} : { reeve: JSON.parse(reeveOptions) })
});

class StatusCommand extends Command {
	registerApplicationCommands(registry) {
		registry.registerChatInputCommand((command) => command.setName('status').setDescription('Shows a button'));
	}

	chatInputRun(interaction) {
		const button = (custom_id) => ({ type: 2, style: 1, label: custom_id, custom_id });
		return interaction.reply({
			content: 'All is well.',
			components: [{ type: 1, components: ['ticket:open', 'ticket:fail', 'ticket:unhandled'].map(button) }]
		});
	}
}

class DeniedCommand extends Command {
	constructor(context, options) {
		super(context, { ...options, preconditions: ['Never'] });
	}

	registerApplicationCommands(registry) {
		registry.registerChatInputCommand((command) => command.setName('denied').setDescription('Is always denied'));
	}

	chatInputRun() {}
}

class FailingCommand extends Command {
	registerApplicationCommands(registry) {
		registry.registerChatInputCommand((command) => command.setName('failing').setDescription('Always fails'));
	}

	chatInputRun() {
		throw new Error('the command is broken');
	}
}

class NeverPrecondition extends Precondition {
	chatInputRun() {
		return this.error({ message: 'Never.' });
	}
}

class TicketButton extends InteractionHandler {
	constructor(context, options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	parse({ customId }) {
		return ['ticket:open', 'ticket:fail'].includes(customId) ? this.some(customId) : this.none();
	}

	run(interaction, customId) {
		if (customId === 'ticket:fail') throw new Error('the button is broken');
		return interaction.reply({ content: 'Your ticket is open.', flags: MessageFlags.Ephemeral });
	}
}

const answer = (event, text) =>
	class extends Listener {
		constructor(context, options) {
			super(context, { ...options, event });
		}

		run(error, { interaction, command, handler }) {
			if ((command ?? handler)?.name?.startsWith('reeve.')) return;
			return interaction.reply({ content: `${text} ${error.message}`, flags: MessageFlags.Ephemeral });
		}
	};

const pieces = {
	commands: { status: StatusCommand, denied: DeniedCommand, failing: FailingCommand },
	preconditions: { Never: NeverPrecondition },
	'interaction-handlers': { ticket: TicketButton },
	listeners: {
		denied: answer('chatInputCommandDenied', 'Denied:'),
		failed: answer('chatInputCommandError', 'Failed:'),
		'handler-failed': answer('interactionHandlerError', 'Broken:')
	}
};
for (const [store, classes] of Object.entries(pieces))
	for (const [name, piece] of Object.entries(classes)) void container.stores.loadPiece({ store, name, piece });

const ran = [];
if (tasksUrl !== undefined) {
	const { ScheduledTask } = await import('@sapphire/plugin-scheduled-tasks');
	class BellTask extends ScheduledTask {
		constructor(context, options) {
			super(context, { ...options, pattern: '0 * * * *' });
		}

		run() {}
	}
	void container.stores.loadPiece({ store: 'scheduled-tasks', name: 'bell', piece: BellTask });
	client.on('scheduledTaskSuccess', ({ name }) => ran.push(name));
}

/** Reeve's events, by name. */
const events = [];
for (const name of ['run', 'issue', 'fixed', 'held', 'failed']) container.reeve?.events.on(name, () => events.push(name));

const methods = {
	facts,
	events: () => events,
	ready: () => container.reeve.ready.then(() => true),
	isReady: () => client.isReady(),
	repeatedTasks: async () => (await container.tasks.listRepeated({})).map(({ name, pattern }) => `${name} ${pattern}`).sort(),
	runTask: (name) => container.tasks.create(name).then(() => null),
	ran: () => ran,
	/** The daily run of a day, YYYY-MM-DD. */
	daily: (scheduledDay) => container.reeve.services.runs.start({ triggeredBy: 'scheduled', scheduledDay }),
	/** A targeted run. */
	targeted: (touched) => container.reeve.services.runs.start({ triggeredBy: 'targeted', touched }),
	recent: () => container.reeve.services.runs.recent(20),
	reeve: (method, ...args) => container.reeve[method](...args)
};
process.on('message', async ({ id, method, args }) => {
	try {
		process.send({ id, value: (await methods[method](...args)) ?? null });
	} catch (error) {
		process.send({ id, error: error.message });
	}
});

await client.login(token);
