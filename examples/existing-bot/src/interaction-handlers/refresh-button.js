const { InteractionHandler, InteractionHandlerTypes } = require('@sapphire/framework');
const { statusMessage } = require('../status-message');

exports.RefreshButton = class extends InteractionHandler {
	constructor(context, options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	parse(interaction) {
		return interaction.customId === 'status:refresh' ? this.some() : this.none();
	}

	async run(interaction) {
		await interaction.update(await statusMessage());
	}
};
