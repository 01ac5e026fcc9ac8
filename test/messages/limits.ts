import {
	type APIActionRowComponent,
	type APIComponentInMessageActionRow,
	type APIEmbed,
	type APIStringSelectComponent,
	ComponentType
} from 'discord.js';
import type { MessagePayload } from '../../src/messages/report/view.js';

/** Discord's own rules, written down once more from its documentation: what a message breaks, or nothing. */
export function brokenLimits({ embeds, components, allowedMentions }: MessagePayload): string[] {
	const broken: string[] = [];
	const atMost = (what: string, size: number, max: number) => {
		if (size > max) broken.push(`${what}: ${size} > ${max}`);
	};
	const filled = (what: string, text: string | undefined, max: number) => {
		if (text === undefined || text.trim() === '') broken.push(`${what}: empty`);
		else if (!text.isWellFormed()) broken.push(`${what}: half an emoji`);
		atMost(what, text?.length ?? 0, max);
	};

	if (embeds.length === 0) broken.push('no embed');
	atMost('embeds', embeds.length, 10);
	for (const embed of embeds) {
		filled('title', embed.title, 256);
		filled('description', embed.description, 4096);
		if (embed.footer) filled('footer', embed.footer.text, 2048);
		atMost('fields', embed.fields?.length ?? 0, 25);
		for (const field of embed.fields ?? []) {
			filled('field name', field.name, 256);
			filled(`field ${field.name}`, field.value, 1024);
		}
	}
	atMost('embed text', textOf(embeds).join('').length, 6000);

	atMost('rows', components.length, 5);
	const ids = new Set<string>();
	for (const button of buttonsOf(components)) {
		filled('label', button.label, 80);
		filled('custom ID', button.custom_id, 100);
		if (ids.has(button.custom_id)) broken.push(`custom ID twice: ${button.custom_id}`);
		ids.add(button.custom_id);
	}
	for (const row of components) {
		if (row.components.length === 0) broken.push('an empty row');
		atMost('components in a row', row.components.length, row.components.some(({ type }) => type === ComponentType.StringSelect) ? 1 : 5);
	}
	for (const menu of menusOf(components)) {
		filled('menu ID', menu.custom_id, 100);
		if (ids.has(menu.custom_id)) broken.push(`custom ID twice: ${menu.custom_id}`);
		ids.add(menu.custom_id);
		filled('placeholder', menu.placeholder, 150);
		if (menu.options.length === 0) broken.push('a menu without options');
		atMost('options', menu.options.length, 25);
		if (new Set(menu.options.map(({ value }) => value)).size < menu.options.length) broken.push('a value twice');
		for (const option of menu.options) {
			filled('option', option.label, 100);
			filled('value', option.value, 100);
		}
	}

	if (allowedMentions.parse.length > 0) broken.push('it may ping');
	return broken;
}

/** Every text of the embeds. */
export function textOf(embeds: readonly APIEmbed[]): string[] {
	return embeds
		.flatMap((embed) => [
			embed.title,
			embed.description,
			embed.footer?.text,
			embed.author?.name,
			...(embed.fields ?? []).flatMap((field) => [field.name, field.value])
		])
		.filter((text) => text !== undefined);
}

export interface CustomButton {
	readonly label: string | undefined;
	readonly custom_id: string;
	readonly disabled: boolean;
}

/** Every menu of a message. */
export function menusOf(rows: readonly APIActionRowComponent<APIComponentInMessageActionRow>[]): APIStringSelectComponent[] {
	return rows.flatMap((row) => row.components).filter((component) => component.type === ComponentType.StringSelect);
}

/** Every button of a message, which all have custom IDs. */
export function buttonsOf(rows: readonly APIActionRowComponent<APIComponentInMessageActionRow>[]): CustomButton[] {
	return rows
		.flatMap((row) => row.components)
		.filter((component) => component.type === ComponentType.Button)
		.map((button) => {
			if (!('custom_id' in button)) throw new Error('a button without a custom ID');
			return {
				label: 'label' in button ? button.label : undefined,
				custom_id: button.custom_id,
				disabled: button.disabled ?? false
			};
		});
}
