import type { Field } from './form.js';

const MAX_EMBEDS = 10;
const MAX_TOTAL_LENGTH = 6_000;
const MAX_FIELDS = 25;
const IMAGE_SCHEMES = ['http', 'https', 'attachment'];
const LINK_SCHEMES = ['http', 'https'];

/** Checks each embed, and their total length. */
export function checkEmbeds(embeds: Field): void {
	const list = embeds.list({ max: MAX_EMBEDS });
	const total = list.reduce((sum, embed) => sum + checkEmbed(embed), 0);
	if (total > MAX_TOTAL_LENGTH) embeds.fail('MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${MAX_TOTAL_LENGTH}`);
}

/** @returns the number of characters that count towards the total */
function checkEmbed(embed: Field): number {
	if (!embed.model()) return 0;
	const texts: (string | undefined)[] = [embed.at('title').text({ max: 256 }), embed.at('description').text({ max: 4096 })];
	embed.at('url').url({ schemes: LINK_SCHEMES });
	embed.at('color').integer({ min: 0, max: 0xffffff });
	const timestamp = embed.at('timestamp');
	if (timestamp.given && Number.isNaN(Date.parse(String(timestamp.value)))) {
		timestamp.fail('DATE_TIME_TYPE_PARSE', `Could not parse ${String(timestamp.value)}. Should be ISO8601.`);
	}
	const fields = embed.at('fields').list({ max: MAX_FIELDS });
	for (const field of fields) {
		if (!field.model()) continue;
		texts.push(field.at('name').text({ max: 256, required: true }), field.at('value').text({ max: 1024, required: true }));
		field.at('inline').boolean();
	}
	const [footer, author, image, thumbnail] = [embed.at('footer'), embed.at('author'), embed.at('image'), embed.at('thumbnail')];
	if (footer.model(false)) {
		texts.push(footer.at('text').text({ max: 2048, required: true }));
		footer.at('icon_url').url({ schemes: IMAGE_SCHEMES });
	}
	if (author.model(false)) {
		texts.push(author.at('name').text({ max: 256, required: true }));
		author.at('url').url({ schemes: LINK_SCHEMES });
		author.at('icon_url').url({ schemes: IMAGE_SCHEMES });
	}
	for (const picture of [image, thumbnail]) if (picture.model(false)) picture.at('url').url({ schemes: IMAGE_SCHEMES, required: true });

	const hasText = texts.some((text) => text !== undefined && text.trim() !== '');
	if (!hasText && ![image, thumbnail].some((picture) => picture.given)) embed.at('description').missing();
	return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}
