import { ButtonStyle } from 'discord-api-types/v10';
import type { Field } from './form.js';

const STYLES = [
	ButtonStyle.Primary,
	ButtonStyle.Secondary,
	ButtonStyle.Success,
	ButtonStyle.Danger,
	ButtonStyle.Link,
	ButtonStyle.Premium
] as const;

/** @returns the custom ID, if the button has one */
export function checkButton(button: Field): string | undefined {
	const style = button.at('style').oneOf(STYLES, true);
	const label = button.at('label').text({ max: 80 });
	button.at('disabled').boolean();
	checkEmoji(button.at('emoji'));
	const [customId, url] = [button.at('custom_id'), button.at('url')];
	if (style === ButtonStyle.Premium) {
		button.at('sku_id').snowflake(true);
		return undefined;
	}
	if (!label && !button.at('emoji').given) button.fail('BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED', 'A label or an emoji is required');
	if (customId.given && url.given) {
		return customId.fail('BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE', 'A custom id and url cannot both be specified');
	}
	if (style === ButtonStyle.Link) {
		if (customId.given) customId.fail('BUTTON_COMPONENT_CUSTOM_ID_NOT_ALLOWED', 'A link button cannot have a custom id');
		url.url({ schemes: ['http', 'https', 'discord'], max: 512, required: true });
		return undefined;
	}
	if (url.given) url.fail('BUTTON_COMPONENT_URL_NOT_ALLOWED', 'Only link buttons can have a url');
	if (!customId.given) return customId.fail('BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required');
	return customId.text({ min: 1, max: 100 });
}

const UNICODE_EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\uFE0F?\u20E3/u;

/** A Unicode emoji by name, or a guild emoji by ID. */
export function checkEmoji(emoji: Field): void {
	if (!emoji.model(false)) return;
	const name = emoji.at('name').text({ max: 100 });
	const id = emoji.at('id').snowflake();
	if (id === undefined && (name === undefined || !UNICODE_EMOJI.test(name)))
		emoji.at('name').fail('BUTTON_COMPONENT_INVALID_EMOJI', 'Invalid emoji');
}
