import { type APIMessage, ComponentType as Type } from 'discord-api-types/v10';
import { ControlError } from '../../core/control-error.js';
import type { DiscordContext } from '../context/context.js';
import { toMemberOnly, toUser } from '../guild/members.js';
import { guildPermissions } from '../guild/permissions.js';
import { visitComponents } from '../messages/compose.js';
import { isRecord } from '../validate/form.js';

/** Buttons and select menus of a message, in their current state. */

type Component = Record<string, unknown>;

/** @throws ControlError 409 if the component is missing or disabled */
export function usableComponent(message: APIMessage, customId: string): Component {
	const found: Component[] = [];
	const all: string[] = [];
	visitComponents(message.components, (component) => {
		if (typeof component.custom_id !== 'string') return;
		all.push(component.custom_id);
		if (component.custom_id === customId) found.push(component);
	});
	const component = found[0];
	if (!component) throw new ControlError(409, `the message has no button or menu ${customId}; it has ${all.join(', ') || 'none'}`);
	if (component.disabled === true) throw new ControlError(409, `${String(component.label ?? customId)} is disabled`);
	return component;
}

/** The interaction data for using the component. */
export function componentData(context: DiscordContext, component: Component, values: readonly string[] | undefined): Component {
	const type = Number(component.type);
	const base = { component_type: type, custom_id: component.custom_id, id: component.id };
	if (type === Type.Button) {
		if (values && values.length > 0) throw new ControlError(400, 'a button takes no values');
		return base;
	}
	const chosen = checkValues(component, values ?? []);
	return { ...base, ...resolveValues(context, type, chosen) };
}

/** @throws ControlError 400 for a selection that the menu does not allow */
export function checkValues(menu: Component, values: readonly string[]): readonly string[] {
	const min = typeof menu.min_values === 'number' ? menu.min_values : 1;
	const max = typeof menu.max_values === 'number' ? menu.max_values : 1;
	if (values.length < min || values.length > max)
		throw new ControlError(400, `the menu takes ${min === max ? min : `${min} to ${max}`} values, not ${values.length}`);
	if (menu.type !== Type.StringSelect) return values;
	const options = Array.isArray(menu.options) ? menu.options.filter(isRecord) : [];
	return values.map((value) => {
		const option = options.find((each) => each.value === value) ?? options.find((each) => each.label === value);
		if (!option)
			throw new ControlError(400, `the menu has no option ${value}; it has ${options.map((each) => String(each.value)).join(', ')}`);
		return String(option.value);
	});
}

/** Adds the `resolved` objects that user, role and channel menus send. */
export function resolveValues({ guild }: DiscordContext, type: Type, values: readonly string[]): Component {
	if (type === Type.StringSelect) return { values };
	const resolved: Record<string, Record<string, unknown>> = {};
	const put = (kind: string, id: string, what: unknown) => {
		resolved[kind] = { ...resolved[kind], [id]: what };
		return id;
	};
	const ids = values.map((value) => {
		const member = type === Type.UserSelect || type === Type.MentionableSelect ? guild.person(value) : undefined;
		if (member) {
			const { deaf: _deaf, mute: _mute, ...rest } = toMemberOnly(member);
			put('members', member.id, { ...rest, permissions: guildPermissions(guild, member).toString() });
			return put('users', member.id, toUser(member));
		}
		const role = type === Type.RoleSelect || type === Type.MentionableSelect ? guild.role(value) : undefined;
		if (role) return put('roles', role.id, role);
		const channel = type === Type.ChannelSelect ? guild.channel(value) : undefined;
		if (channel) return put('channels', channel.id, { ...channel, permissions: '0' });
		throw new ControlError(400, `the menu has no user, role or channel ${value}`);
	});
	return { values: ids, resolved };
}
