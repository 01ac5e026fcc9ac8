const { Events, Listener } = require('@sapphire/framework');

exports.CommandDeniedListener = class extends Listener {
	constructor(context, options) {
		super(context, { ...options, event: Events.ChatInputCommandDenied });
	}

	async run(error, { interaction }) {
		await interaction.reply({ content: `Halt! ${error.message}`, ephemeral: true });
	}
};
