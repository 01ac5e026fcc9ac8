const { Command } = require('@sapphire/framework');
const { statusMessage } = require('../status-message');

exports.StatusCommand = class extends Command {
	constructor(context, options) {
		super(context, { ...options, name: 'status', description: 'How many people sit at the table' });
	}

	registerApplicationCommands(registry) {
		// Global: for every server of the bot.
		registry.registerChatInputCommand({ name: this.name, description: this.description });
	}

	async chatInputRun(interaction) {
		await interaction.reply(await statusMessage());
	}
};
