const { InteractionHandler, InteractionHandlerTypes } = require('@sapphire/framework');

exports.TrumpetButton = class extends InteractionHandler {
	constructor(context, options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	parse(interaction) {
		return interaction.customId === 'status:trumpet' ? this.some() : this.none();
	}

	async run() {
		throw new Error('The trumpet is missing');
	}
};
