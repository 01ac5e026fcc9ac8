import { ComponentType as Type } from 'discord-api-types/v10';
import { checkEmoji } from './button.js';
import type { Field } from './form.js';

const MAX_OPTIONS = 25;
export const SELECTS = [Type.StringSelect, Type.UserSelect, Type.RoleSelect, Type.MentionableSelect, Type.ChannelSelect] as const;

/** @returns the custom ID */
export function checkSelect(select: Field): string | undefined {
	const customId = select.at('custom_id').text({ min: 1, max: 100, required: true });
	select.at('placeholder').text({ max: 150 });
	select.at('disabled').boolean();
	select.at('required').boolean();
	const min = select.at('min_values').integer({ min: 0, max: MAX_OPTIONS }) ?? 1;
	const max = select.at('max_values').integer({ min: 1, max: MAX_OPTIONS }) ?? 1;
	if (min > max) select.at('min_values').fail('SELECT_COMPONENT_MIN_VALUES_EXCEEDS_MAX', 'The minimum cannot be greater than the maximum');
	if (select.at('type').value === Type.StringSelect) checkOptions(select, max);
	else for (const value of select.at('default_values').list({ max })) if (value.model()) value.at('id').snowflake(true);
	return customId;
}

function checkOptions(select: Field, max: number): void {
	const options = select.at('options').list({ min: 1, max: MAX_OPTIONS, required: true });
	const seen = new Set<string>();
	let defaults = 0;
	for (const option of options) {
		if (!option.model()) continue;
		option.at('label').text({ min: 1, max: 100, required: true });
		option.at('description').text({ max: 100 });
		checkEmoji(option.at('emoji'));
		if (option.at('default').boolean()) defaults += 1;
		const value = option.at('value').text({ min: 1, max: 100, required: true });
		if (value === undefined) continue;
		if (seen.has(value)) option.at('value').fail('SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', 'The specified option value is already used');
		seen.add(value);
	}
	if (max > options.length) {
		select.at('max_values').fail('SELECT_COMPONENT_MAX_VALUES_EXCEEDS_OPTIONS', 'The maximum cannot be greater than the number of options');
	}
	if (defaults > max) select.at('options').fail('SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES', 'Too many options are chosen by default');
}
