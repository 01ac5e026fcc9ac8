import {
	ActionRowBuilder,
	ApplicationCommandOptionType,
	ApplicationCommandType,
	AttachmentBuilder,
	ButtonBuilder,
	ButtonStyle,
	ChannelSelectMenuBuilder,
	ContainerBuilder,
	EmbedBuilder,
	FileBuilder,
	LabelBuilder,
	MediaGalleryBuilder,
	MentionableSelectMenuBuilder,
	type MessageActionRowComponentBuilder,
	ModalBuilder,
	RoleSelectMenuBuilder,
	SectionBuilder,
	SeparatorBuilder,
	StringSelectMenuBuilder,
	TextDisplayBuilder,
	TextInputBuilder,
	TextInputStyle,
	ThumbnailBuilder,
	UserSelectMenuBuilder
} from 'discord.js';

/** Parts of messages, commands and modals, of every kind that the sandbox emulates. */

const row = (...components: MessageActionRowComponentBuilder[]) =>
	new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(components);

export const embed = new EmbedBuilder()
	.setTitle('Title')
	.setDescription('Description')
	.setURL('https://example.com')
	.setColor(0x336699)
	.setTimestamp(0)
	.setAuthor({ name: 'Author', url: 'https://example.com', iconURL: 'https://example.com/icon.png' })
	.setFooter({ text: 'Footer', iconURL: 'https://example.com/icon.png' })
	.setImage('attachment://picture.png')
	.setThumbnail('https://example.com/thumbnail.png')
	.addFields({ name: 'Name', value: 'Value', inline: true });

export const rows = [
	row(
		new ButtonBuilder().setCustomId('ok').setLabel('OK').setStyle(ButtonStyle.Success).setEmoji('👍'),
		new ButtonBuilder().setCustomId('off').setLabel('Off').setStyle(ButtonStyle.Danger).setDisabled(true),
		new ButtonBuilder().setLabel('Link').setStyle(ButtonStyle.Link).setURL('https://example.com')
	),
	row(
		new StringSelectMenuBuilder()
			.setCustomId('words')
			.setPlaceholder('Words')
			.setMaxValues(2)
			.addOptions({ label: 'A', value: 'a', description: 'First', emoji: '🅰️', default: true }, { label: 'B', value: 'b' })
	),
	row(new UserSelectMenuBuilder().setCustomId('users').setDefaultUsers('1001')),
	row(new RoleSelectMenuBuilder().setCustomId('roles')),
	row(new ChannelSelectMenuBuilder().setCustomId('channels').setChannelTypes(0))
];

export const layout = [
	new ContainerBuilder()
		.setAccentColor(0x336699)
		.addTextDisplayComponents(new TextDisplayBuilder().setContent('Text'))
		.addSeparatorComponents(new SeparatorBuilder())
		.addMediaGalleryComponents(
			new MediaGalleryBuilder().addItems({ media: { url: 'attachment://picture.png' } }, { media: { url: 'https://example.com/a.png' } })
		),
	new SectionBuilder()
		.addTextDisplayComponents(new TextDisplayBuilder().setContent('Section'))
		.setThumbnailAccessory(new ThumbnailBuilder().setURL('https://example.com/thumbnail.png')),
	new SectionBuilder()
		.addTextDisplayComponents(new TextDisplayBuilder().setContent('Section'))
		.setButtonAccessory(new ButtonBuilder().setCustomId('section').setLabel('Section').setStyle(ButtonStyle.Secondary)),
	new FileBuilder().setURL('attachment://report.csv'),
	row(new MentionableSelectMenuBuilder().setCustomId('anyone'))
];

export const picture = new AttachmentBuilder(Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex'), {
	name: 'picture.png',
	description: 'A picture'
});
export const report = new AttachmentBuilder(Buffer.from('a,b\n'), { name: 'report.csv' });

const option = { name: 'hint', description: 'Hint' };
export const commands = [
	{
		name: 'echo',
		description: 'Answers',
		options: [
			{ type: ApplicationCommandOptionType.String as const, ...option, autocomplete: true, minLength: 1, maxLength: 20 },
			{ type: ApplicationCommandOptionType.Integer as const, ...option, name: 'count', minValue: 1, choices: [{ name: 'Two', value: 2 }] },
			{ type: ApplicationCommandOptionType.User as const, ...option, name: 'who' },
			{ type: ApplicationCommandOptionType.Attachment as const, ...option, name: 'file' }
		]
	},
	{ name: 'Inspect', type: ApplicationCommandType.User as const }
];

export const modal = new ModalBuilder()
	.setCustomId('form')
	.setTitle('Form')
	.addLabelComponents(
		new LabelBuilder()
			.setLabel('Name')
			.setTextInputComponent(new TextInputBuilder().setCustomId('name').setStyle(TextInputStyle.Short).setRequired(false)),
		new LabelBuilder().setLabel('Who').setDescription('A member').setUserSelectMenuComponent(new UserSelectMenuBuilder().setCustomId('who'))
	);
