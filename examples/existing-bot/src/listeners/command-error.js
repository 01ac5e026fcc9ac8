const { Events, Listener } = require('@sapphire/framework');

exports.CommandErrorListener = class extends Listener {
	constructor(context, options) {
		super(context, { ...options, event: Events.ChatInputCommandError });
	}

	async run(error, { interaction }) {
		await interaction.reply({ content: `Alas! ${error.message}.`, ephemeral: true });
	}
};
