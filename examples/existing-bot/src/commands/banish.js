const { Command } = require('@sapphire/framework');

exports.BanishCommand = class extends Command {
	constructor(context, options) {
		super(context, { ...options, name: 'banish', description: 'Remove a person from the table', preconditions: ['KingOnly'] });
	}

	registerApplicationCommands(registry) {
		registry.registerChatInputCommand((command) =>
			command
				.setName(this.name)
				.setDescription(this.description)
				.addUserOption((option) => option.setName('person').setDescription('Who has to leave').setRequired(true))
		);
	}

	async chatInputRun(interaction) {
		await interaction.reply({ content: `${interaction.options.getUser('person')} has left the table.`, allowedMentions: { parse: [] } });
	}
};
