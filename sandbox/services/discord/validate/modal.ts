import { type APIModalInteractionResponseCallbackData, TextInputStyle, ComponentType as Type } from 'discord-api-types/v10';
import { notEmulated } from '../core/errors.js';
import type { Field } from './form.js';
import { checkSelect, SELECTS } from './select.js';

const MAX_COMPONENTS = 5;
const MAX_VALUE_LENGTH = 4_000;

const NOT_EMULATED: readonly unknown[] = [Type.FileUpload, Type.RadioGroup, Type.CheckboxGroup, Type.Checkbox];

/** Checks a modal. The returned value is valid only after `form.check()`. */
export function checkModal(data: Field): APIModalInteractionResponseCallbackData {
	const customIds = new Set<string>();
	if (data.model()) {
		data.at('custom_id').text({ min: 1, max: 100, required: true });
		data.at('title').text({ min: 1, max: 45, required: true });
		for (const component of data.at('components').list({ min: 1, max: MAX_COMPONENTS, required: true })) checkTop(component, customIds);
	}
	return data.value as APIModalInteractionResponseCallbackData;
}

function checkTop(component: Field, customIds: Set<string>): void {
	if (!component.model()) return;
	switch (component.at('type').oneOf([Type.ActionRow, Type.TextDisplay, Type.Label], true)) {
		case Type.ActionRow:
			for (const input of component.at('components').list({ min: 1, max: 1, required: true })) {
				if (!input.model()) continue;
				input.at('type').oneOf([Type.TextInput], true);
				input.at('label').text({ min: 1, max: 45, required: true });
				checkInput(input, customIds);
			}
			break;
		case Type.Label:
			component.at('label').text({ min: 1, max: 45, required: true });
			component.at('description').text({ max: 100 });
			if (component.at('component').model()) checkInput(component.at('component'), customIds);
			break;
		case Type.TextDisplay:
			component.at('content').text({ min: 1, max: MAX_VALUE_LENGTH, required: true });
	}
}

function checkInput(input: Field, customIds: Set<string>): void {
	const { value } = input.at('type');
	if (NOT_EMULATED.includes(value)) throw notEmulated(`components of type ${value}`, 400);
	const type = input.at('type').oneOf([Type.TextInput, ...SELECTS], true);
	if (type === undefined) return;
	const customId = type === Type.TextInput ? checkText(input) : checkSelect(input);
	if (customId === undefined) return;
	if (customIds.has(customId)) input.at('custom_id').fail('COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
	customIds.add(customId);
}

function checkText(input: Field): string | undefined {
	input.at('style').oneOf([TextInputStyle.Short, TextInputStyle.Paragraph], true);
	const min = input.at('min_length').integer({ min: 0, max: MAX_VALUE_LENGTH }) ?? 0;
	const max = input.at('max_length').integer({ min: 1, max: MAX_VALUE_LENGTH }) ?? MAX_VALUE_LENGTH;
	if (min > max)
		input.at('min_length').fail('TEXT_INPUT_COMPONENT_MIN_LENGTH_EXCEEDS_MAX', 'The minimum length cannot be greater than the maximum');
	input.at('required').boolean();
	input.at('placeholder').text({ max: 100 });
	input.at('value').text({ max });
	return input.at('custom_id').text({ min: 1, max: 100, required: true });
}
