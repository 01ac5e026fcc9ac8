const { ScheduledTask } = require('@sapphire/plugin-scheduled-tasks');

exports.RingBellTask = class extends ScheduledTask {
	constructor(context, options) {
		super(context, { ...options, interval: 1_000 });
	}

	async run() {
		await this.container.database.logEntry.create({ data: { text: 'The bell rang' } });
	}
};
