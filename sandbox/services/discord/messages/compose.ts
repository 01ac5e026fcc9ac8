import type { APIAttachment, APIEmbed, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import type { Clock } from '../core/identity.js';
import { isRecord } from '../validate/form.js';
import { completeComponents } from './complete-components.js';

/** Converts a message's parts to the form in which Discord returns them. */

const SCHEME = 'attachment://';

export interface Composed {
	embeds: APIEmbed[];
	components: APIMessageTopLevelComponent[];
	/** Without attachments that an embed or component displays. */
	attachments: APIAttachment[];
}

export function composeParts(
	embeds: readonly APIEmbed[],
	components: readonly APIMessageTopLevelComponent[],
	attachments: readonly APIAttachment[],
	clock: Clock
): Composed {
	const shown = new Set<string>();
	const link = (text: string): string => {
		const attachment = text.startsWith(SCHEME) ? attachments.find(({ filename }) => filename === text.slice(SCHEME.length)) : undefined;
		if (attachment) shown.add(attachment.id);
		return attachment?.url ?? text;
	};
	return {
		embeds: mapText(embeds, link).map(complete),
		components: number(completeComponents(mapText(components, link), attachments, clock)),
		attachments: attachments.filter(({ id }) => !shown.has(id))
	};
}

function complete(embed: APIEmbed): APIEmbed {
	return {
		...embed,
		type: embed.type ?? ('rich' as APIEmbed['type']),
		...(embed.timestamp ? { timestamp: new Date(embed.timestamp).toISOString().replace('Z', '000+00:00') } : {}),
		...(embed.fields ? { fields: embed.fields.map((field) => ({ ...field, inline: field.inline ?? false })) } : {})
	} as APIEmbed;
}

/** Gives every component without an ID one that is unique in the message. */
function number(components: APIMessageTopLevelComponent[]): APIMessageTopLevelComponent[] {
	const taken = new Set<number>();
	visitComponents(components, (component) => typeof component.id === 'number' && component.id > 0 && taken.add(component.id));
	let next = 1;
	visitComponents(components, (component) => {
		if (typeof component.id === 'number' && component.id > 0) return;
		while (taken.has(next)) next += 1;
		component.id = next;
		taken.add(next);
	});
	return components;
}

/** Visits every component, nested ones included. */
export function visitComponents(components: unknown, visit: (component: Record<string, unknown>) => void): void {
	if (!Array.isArray(components)) return;
	for (const component of components) {
		if (!isRecord(component)) continue;
		visit(component);
		visitComponents(component.components, visit);
		if (component.accessory !== undefined) visitComponents([component.accessory], visit);
		if (component.component !== undefined) visitComponents([component.component], visit);
	}
}

/** A deep copy with `change` applied to every string. Drops null values, as Discord does. */
function mapText<T>(value: readonly T[], change: (text: string) => string): T[] {
	const map = (part: unknown): unknown => {
		if (typeof part === 'string') return change(part);
		if (Array.isArray(part)) return part.map(map);
		if (!isRecord(part)) return part;
		return Object.fromEntries(
			Object.entries(part)
				.filter(([, below]) => below !== null && below !== undefined)
				.map(([key, below]) => [key, map(below)])
		);
	};
	return map(value) as T[];
}
