import { type APIAttachment, type APIMessageTopLevelComponent, SeparatorSpacingSize, ComponentType as Type } from 'discord-api-types/v10';
import type { Clock } from '../core/identity.js';
import { isRecord } from '../validate/form.js';

type Component = Record<string, unknown>;

const SELECT = { min_values: 1, max_values: 1 };
const ITEM = { description: null, spoiler: false };

/** The properties that Discord adds where the bot gave none. */
const DEFAULTS: Readonly<Partial<Record<Type, Component>>> = {
	[Type.StringSelect]: SELECT,
	[Type.UserSelect]: SELECT,
	[Type.RoleSelect]: SELECT,
	[Type.MentionableSelect]: SELECT,
	[Type.ChannelSelect]: SELECT,
	[Type.Thumbnail]: ITEM,
	[Type.File]: { spoiler: false },
	[Type.Separator]: { divider: true, spacing: SeparatorSpacingSize.Small },
	[Type.Container]: { accent_color: null, spoiler: false }
};

/** Components as Discord returns them: with defaults, and with what it knows about the files that they show. */
export function completeComponents(
	components: readonly APIMessageTopLevelComponent[],
	attachments: readonly APIAttachment[],
	clock: Clock
): APIMessageTopLevelComponent[] {
	const fileOf = (media: Component) => attachments.find(({ url }) => url === media.url);
	const completeMedia = (media: unknown): unknown => {
		if (!isRecord(media)) return media;
		const file = fileOf(media);
		const { width = null, height = null, content_type = null } = file ?? {};
		const known = file ? { attachment_id: file.id, width, height, content_type } : {};
		return { id: clock.snowflake(), proxy_url: media.url, ...known, ...media };
	};
	const complete = (component: unknown): unknown => {
		if (!isRecord(component)) return component;
		const { file } = component;
		const { filename: name = null, size = null } = (isRecord(file) && fileOf(file)) || {};
		return {
			...DEFAULTS[component.type as Type],
			...(isRecord(file) ? { name, size } : {}),
			...component,
			...(Array.isArray(component.components) ? { components: component.components.map(complete) } : {}),
			...(isRecord(component.accessory) ? { accessory: complete(component.accessory) } : {}),
			...(isRecord(component.media) ? { media: completeMedia(component.media) } : {}),
			...(isRecord(file) ? { file: completeMedia(file) } : {}),
			...(Array.isArray(component.items)
				? { items: component.items.map((item: Component) => ({ ...ITEM, ...item, media: completeMedia(item.media) })) }
				: {})
		};
	};
	return components.map(complete) as APIMessageTopLevelComponent[];
}
