const { container } = require('@sapphire/framework');
const { ActionRowBuilder, ButtonBuilder, ButtonStyle, EmbedBuilder } = require('discord.js');

exports.statusMessage = async () => {
	const people = await container.database.person.count();
	const companies = await container.database.company.count();
	const button = (id, label) => new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(ButtonStyle.Secondary);
	return {
		embeds: [
			new EmbedBuilder()
				.setTitle('The Round Table')
				.setDescription(`${people} people, ${companies} companies. ${container.settings.welcome}`)
		],
		components: [
			new ActionRowBuilder().addComponents(
				button('status:refresh', 'Refresh'),
				button('status:trumpet', 'Sound the trumpet'),
				// Of an older version: the bot has no handler for it any more.
				button('status:forgotten', 'Feast')
			)
		]
	};
};
