const { Precondition } = require('@sapphire/framework');

exports.KingOnlyPrecondition = class extends Precondition {
	constructor(context, options) {
		super(context, { ...options, name: 'KingOnly' });
	}

	chatInputRun(interaction) {
		const isKing = interaction.user.id === interaction.guild?.ownerId;
		return isKing ? this.ok() : this.error({ message: 'Only the king may do this.' });
	}
};
