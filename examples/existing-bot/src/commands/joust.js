const { Command } = require('@sapphire/framework');

exports.JoustCommand = class extends Command {
	constructor(context, options) {
		super(context, { ...options, name: 'joust', description: 'Ride against each other' });
	}

	registerApplicationCommands(registry) {
		registry.registerChatInputCommand({ name: this.name, description: this.description });
	}

	async chatInputRun() {
		throw new Error('The lance broke');
	}
};
