const { InteractionHandler, InteractionHandlerTypes } = require('@sapphire/framework');

exports.FixButton = class extends InteractionHandler {
	constructor(context, options) {
		super(context, { ...options, name: 'reeve.fix-button', interactionHandlerType: InteractionHandlerTypes.Button });
	}

	parse(interaction) {
		return interaction.customId.startsWith('reeve:1:fix:') ? this.some() : this.none();
	}

	async run(interaction) {
		await interaction.reply({ content: 'Ask the king: he presses these buttons.', ephemeral: true });
	}
};
