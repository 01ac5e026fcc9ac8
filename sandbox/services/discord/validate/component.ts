import { ComponentType as Type } from 'discord-api-types/v10';
import { checkButton } from './button.js';
import type { Field } from './form.js';
import { checkSelect, SELECTS } from './select.js';

const MAX_ROWS = 5;
const MAX_BUTTONS_PER_ROW = 5;
const MAX_V2_COMPONENTS = 40;
const MAX_V2_TEXT_LENGTH = 4_000;
const MAX_MEDIA_ITEMS = 10;
const MAX_SECTION_TEXTS = 3;

const V1_TOP = [Type.ActionRow];
const V2_TOP = [Type.ActionRow, Type.Section, Type.TextDisplay, Type.MediaGallery, Type.File, Type.Separator, Type.Container];
const IN_CONTAINER = V2_TOP.filter((type) => type !== Type.Container);
const IN_ROW = [Type.Button, ...SELECTS];

/** Totals over all of a message's components. */
class MessageTotals {
	public components = 0;
	public text = 0;
	private readonly customIds = new Set<string>();
	private readonly ids = new Set<number>();

	public count(component: Field): void {
		this.components += 1;
		const id = component.at('id').integer({ min: 0, max: 2 ** 31 - 1 });
		if (id) this.unique(component.at('id'), this.ids, id, 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
	}

	public customId(component: Field, value: string | undefined): void {
		if (value === undefined) return;
		this.unique(
			component.at('custom_id'),
			this.customIds,
			value,
			'COMPONENT_CUSTOM_ID_DUPLICATED',
			'Component custom id cannot be duplicated'
		);
	}

	private unique<T>(field: Field, seen: Set<T>, value: T, code: string, message: string): void {
		if (seen.has(value)) field.fail(code, message);
		seen.add(value);
	}
}

/** @param v2 - whether the message has the IS_COMPONENTS_V2 flag */
export function checkComponents(components: Field, v2: boolean): void {
	const totals = new MessageTotals();
	const list = components.list({ max: v2 ? MAX_V2_COMPONENTS : MAX_ROWS });
	for (const component of list) check(component, v2 ? V2_TOP : V1_TOP, totals);
	if (v2 && list.length <= MAX_V2_COMPONENTS && totals.components > MAX_V2_COMPONENTS) {
		components.fail('COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED', `The total number of components cannot exceed ${MAX_V2_COMPONENTS}`);
	}
	if (totals.text > MAX_V2_TEXT_LENGTH) {
		components.fail(
			'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
			`The total displayable text cannot exceed ${MAX_V2_TEXT_LENGTH} characters`
		);
	}
}

function check(component: Field, allowed: readonly Type[], totals: MessageTotals): Type | undefined {
	if (!component.model()) return undefined;
	const type = component.at('type').oneOf(allowed, true);
	if (type === undefined) return undefined;
	totals.count(component);
	switch (type) {
		case Type.ActionRow:
			checkRow(component, totals);
			break;
		case Type.Button:
			totals.customId(component, checkButton(component));
			break;
		case Type.Section:
			for (const text of component.at('components').list({ min: 1, max: MAX_SECTION_TEXTS, required: true }))
				check(text, [Type.TextDisplay], totals);
			check(component.at('accessory'), [Type.Button, Type.Thumbnail], totals);
			break;
		case Type.TextDisplay:
			totals.text += component.at('content').text({ min: 1, max: MAX_V2_TEXT_LENGTH, required: true })?.length ?? 0;
			break;
		case Type.Thumbnail:
			checkMedia(component.at('media'));
			component.at('description').text({ max: 1024 });
			break;
		case Type.MediaGallery:
			for (const item of component.at('items').list({ min: 1, max: MAX_MEDIA_ITEMS, required: true })) {
				if (item.model()) checkMedia(item.at('media'));
				item.at('description').text({ max: 1024 });
			}
			break;
		case Type.File:
			if (component.at('file').model())
				component
					.at('file')
					.at('url')
					.url({ schemes: ['attachment'], required: true });
			break;
		case Type.Separator:
			component.at('divider').boolean();
			component.at('spacing').oneOf([1, 2]);
			break;
		case Type.Container:
			component.at('accent_color').integer({ min: 0, max: 0xffffff });
			for (const child of component.at('components').list({ min: 1, max: MAX_V2_COMPONENTS, required: true }))
				check(child, IN_CONTAINER, totals);
			break;
		default:
			totals.customId(component, checkSelect(component));
	}
	return type;
}

function checkRow(row: Field, totals: MessageTotals): void {
	const list = row.at('components').list({ min: 1, max: MAX_BUTTONS_PER_ROW, required: true });
	const types = list.map((component) => check(component, IN_ROW, totals));
	// A select menu takes a whole row.
	const width = types.reduce<number>((sum, type) => sum + (type === Type.Button || type === undefined ? 1 : MAX_BUTTONS_PER_ROW), 0);
	if (width > MAX_BUTTONS_PER_ROW && list.length <= MAX_BUTTONS_PER_ROW) {
		list.at(-1)?.fail('COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The specified component exceeds the maximum width');
	}
}

function checkMedia(media: Field): void {
	if (media.model()) media.at('url').url({ schemes: ['http', 'https', 'attachment'], required: true });
}
