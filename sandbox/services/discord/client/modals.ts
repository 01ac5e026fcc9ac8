import { type APIModalInteractionResponseCallbackData, ComponentType as Type } from 'discord-api-types/v10';
import { ControlError } from '../../core/control-error.js';
import type { DiscordContext } from '../context/context.js';
import { visitComponents } from '../messages/compose.js';
import { isRecord } from '../validate/form.js';
import { checkValues, resolveValues } from './components.js';

/** Modal submissions. */

const MAX_VALUE_LENGTH = 4_000;

/** @throws ControlError 400 for values that Discord's client would not send */
export function modalData(context: DiscordContext, modal: APIModalInteractionResponseCallbackData, fields: Record<string, string>) {
	const inputs = new Map<string, Record<string, unknown>>();
	visitComponents(modal.components, (component) => {
		if (typeof component.custom_id === 'string') inputs.set(component.custom_id, component);
	});
	for (const name of Object.keys(fields)) {
		if (!inputs.has(name)) throw new ControlError(400, `the modal has no field ${name}; it has ${[...inputs.keys()].join(', ')}`);
	}
	let id = 0;
	const fill = (component: unknown): unknown => {
		if (!isRecord(component)) return component;
		id += 1;
		const base = { type: component.type, id: typeof component.id === 'number' ? component.id : id };
		if (Array.isArray(component.components)) return { ...base, components: component.components.map(fill) };
		if (isRecord(component.component)) return { ...base, component: fill(component.component) };
		if (typeof component.custom_id !== 'string') return base;
		const given = fields[component.custom_id];
		return { ...base, custom_id: component.custom_id, ...fieldValue(context, component, given) };
	};
	return { custom_id: modal.custom_id, components: modal.components.map(fill) };
}

function fieldValue(context: DiscordContext, input: Record<string, unknown>, given: string | undefined): Record<string, unknown> {
	const name = String(input.custom_id);
	if (input.type !== Type.TextInput) {
		const values = given === undefined || given === '' ? [] : given.split(',');
		if (values.length === 0 && input.required === false) return { values };
		return resolveValues(context, Number(input.type), checkValues(input, values));
	}
	const value = given ?? (typeof input.value === 'string' ? input.value : '');
	const max = typeof input.max_length === 'number' ? input.max_length : MAX_VALUE_LENGTH;
	const min = typeof input.min_length === 'number' ? input.min_length : 0;
	if (value === '' && input.required !== false) throw new ControlError(400, `the field ${name} must be filled in`);
	if (value.length > max) throw new ControlError(400, `the field ${name} takes at most ${max} characters`);
	if (value !== '' && value.length < min) throw new ControlError(400, `the field ${name} needs at least ${min} characters`);
	return { value };
}
