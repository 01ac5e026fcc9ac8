const { Events, Listener } = require('@sapphire/framework');

exports.InteractionHandlerErrorListener = class extends Listener {
	constructor(context, options) {
		super(context, { ...options, event: Events.InteractionHandlerError });
	}

	async run(error, { interaction }) {
		if (!interaction.replied) await interaction.reply({ content: `Alas! ${error.message}.`, ephemeral: true });
	}
};
