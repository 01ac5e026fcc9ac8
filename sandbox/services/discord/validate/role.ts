import type { APIRole } from 'discord-api-types/v10';
import { Form } from './form.js';

const MAX_COLOR = 0xffffff;

/** @returns the properties that are given @throws DiscordError 50035 with every validation error */
export function checkRole(body: unknown): Partial<APIRole> {
	const form = new Form();
	const role = form.field(body);
	if (!role.model()) form.check();
	const colors = role.at('colors');
	const isGradient = colors.model(false);
	const color = (isGradient ? colors.at('primary_color') : role.at('color')).integer({ min: 0, max: MAX_COLOR });
	const [secondary_color = null, tertiary_color = null] = ['secondary_color', 'tertiary_color'].map((name) =>
		colors.at(name).integer({ min: 0, max: MAX_COLOR })
	);
	const given = {
		name: role.at('name').text({ min: 1, max: 100 }),
		permissions: role.at('permissions').snowflake(),
		color,
		colors: color === undefined ? undefined : { primary_color: color, secondary_color, tertiary_color },
		hoist: role.at('hoist').boolean(),
		mentionable: role.at('mentionable').boolean()
	};
	form.check();
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
