import {
	type APIApplicationCommand,
	type APIApplicationCommandBasicOption,
	type APIApplicationCommandOption,
	type APIAttachment,
	type APIRole,
	type APIUser,
	ApplicationCommandOptionType as Option
} from 'discord-api-types/v10';
import { ControlError } from '../../core/control-error.js';
import type { DiscordContext } from '../context/context.js';
import { type Member, toMemberOnly, toUser } from '../guild/members.js';
import { guildPermissions } from '../guild/permissions.js';

/** Options as a user types them, converted to interaction options. */

export interface SentOption {
	name: string;
	type: Option;
	value?: string | number | boolean;
	options?: SentOption[];
	focused?: true;
}

interface Resolved {
	users?: Record<string, APIUser>;
	members?: Record<string, object>;
	roles?: Record<string, APIRole>;
	channels?: Record<string, object>;
	attachments?: Record<string, APIAttachment>;
}

/** A file that a user attaches to a command. */
export interface AttachedFile {
	readonly name: string;
	readonly content: string;
}

/** A command with its resolved subcommand and the options it takes. */
export interface Invocation {
	command: APIApplicationCommand;
	/** Groups and subcommands, outermost first. */
	path: { name: string; type: Option.Subcommand | Option.SubcommandGroup }[];
	takes: readonly APIApplicationCommandBasicOption[];
}

/** @param text - such as `reconcile run`, with or without a slash */
export function resolveCommand(context: DiscordContext, text: string): Invocation {
	const words = text.trim().replace(/^\//, '').split(/\s+/);
	const usable = context.commands.usable(context.guild.id);
	const command = usable.find(({ name }) => name === words[0]);
	const unknown = () => {
		const names = usable.flatMap(fullNames);
		throw new ControlError(
			404,
			`there is no command /${words.join(' ')}; ${names.length > 0 ? `there are ${names.map((name) => `/${name}`).join(', ')}` : 'none is registered'}`
		);
	};
	if (!command) return unknown();
	const path: Invocation['path'] = [];
	let options: readonly APIApplicationCommandOption[] = command.options ?? [];
	for (const word of words.slice(1)) {
		const next = options.find(({ name }) => name === word);
		if (next?.type !== Option.Subcommand && next?.type !== Option.SubcommandGroup) return unknown();
		path.push({ name: next.name, type: next.type });
		options = next.options ?? [];
	}
	if (options.some(isNesting)) return unknown();
	return { command, path, takes: options.filter((option): option is APIApplicationCommandBasicOption => !isNesting(option)) };
}

function isNesting({ type }: APIApplicationCommandOption): boolean {
	return type === Option.Subcommand || type === Option.SubcommandGroup;
}

function fullNames({ name, options = [] }: { name: string; options?: readonly APIApplicationCommandOption[] }): string[] {
	const below = options.flatMap((option) =>
		option.type === Option.Subcommand || option.type === Option.SubcommandGroup
			? fullNames({ name: option.name, options: option.options ?? [] })
			: []
	);
	return below.length > 0 ? below.map((rest) => `${name} ${rest}`) : [name];
}

/** Wraps the values in the command's groups and subcommands. */
export function nest(path: Invocation['path'], values: SentOption[]): SentOption[] {
	return path.reduceRight<SentOption[]>((options, { name, type }) => [{ name, type, options }], values);
}

/** @throws ControlError 400 for an option that Discord's client would not accept */
export function fillOptions(
	context: DiscordContext,
	invocation: Invocation,
	given: Record<string, unknown>
): { values: SentOption[]; resolved: Resolved } {
	const known = invocation.takes.map(({ name }) => name);
	for (const name of Object.keys(given)) {
		if (!known.includes(name))
			throw new ControlError(400, `/${title(invocation)} has no option ${name}; it has ${known.join(', ') || 'none'}`);
	}
	const resolved: Resolved = {};
	const values = invocation.takes.flatMap((option) => {
		const value = given[option.name];
		if (value !== undefined && value !== null)
			return [{ name: option.name, type: option.type, value: convert(context, option, value, resolved) }];
		if (option.required) throw new ControlError(400, `/${title(invocation)} needs the option ${option.name}`);
		return [];
	});
	return { values, resolved };
}

export function title({ command, path }: Invocation): string {
	return [command.name, ...path.map(({ name }) => name)].join(' ');
}

function convert(
	context: DiscordContext,
	option: APIApplicationCommandBasicOption,
	value: unknown,
	resolved: Resolved
): string | number | boolean {
	const refuse = (what: string): never => {
		throw new ControlError(400, `the option ${option.name} ${what}`);
	};
	switch (option.type) {
		case Option.String: {
			const text = choiceOf(option, value, refuse) ?? String(value);
			if (option.min_length !== undefined && String(text).length < option.min_length)
				refuse(`needs at least ${option.min_length} characters`);
			if (option.max_length !== undefined && String(text).length > option.max_length)
				refuse(`takes at most ${option.max_length} characters`);
			return text;
		}
		case Option.Integer:
		case Option.Number: {
			const number = Number(choiceOf(option, value, refuse) ?? value);
			if (String(value).trim() === '' || Number.isNaN(number) || (option.type === Option.Integer && !Number.isInteger(number))) {
				refuse(`takes ${option.type === Option.Integer ? 'a whole number' : 'a number'}`);
			}
			if (option.min_value !== undefined && number < option.min_value) refuse(`must be at least ${option.min_value}`);
			if (option.max_value !== undefined && number > option.max_value) refuse(`must be at most ${option.max_value}`);
			return number;
		}
		case Option.Boolean:
			if (value !== true && value !== false && value !== 'true' && value !== 'false') refuse('takes true or false');
			return value === true || value === 'true';
		case Option.User:
			return user(context, String(value), resolved) ?? refuse(`names no user: ${String(value)}`);
		case Option.Role:
			return role(context, String(value), resolved) ?? refuse(`names no role: ${String(value)}`);
		case Option.Mentionable:
			return (
				role(context, String(value), resolved) ??
				user(context, String(value), resolved) ??
				refuse(`names no user or role: ${String(value)}`)
			);
		case Option.Channel: {
			const channel = context.guild.channel(String(value));
			if (!channel) return refuse(`names no channel: ${String(value)}`);
			resolved.channels = { ...resolved.channels, [channel.id]: { ...channel, permissions: '0' } };
			return channel.id;
		}
		case Option.Attachment: {
			if (!isFile(value)) return refuse('takes a file: {"name": …, "content": …}');
			const file = { index: '0', filename: value.name, type: 'text/csv', bytes: new TextEncoder().encode(value.content) };
			const attachment = context.messages.attachments.add('command', file, undefined, true);
			resolved.attachments = { ...resolved.attachments, [attachment.id]: attachment };
			return attachment.id;
		}
		default:
			return refuse('has a type that the sandbox does not know');
	}
}

function isFile(value: unknown): value is AttachedFile {
	const { name, content } = (typeof value === 'object' && value !== null ? value : {}) as Partial<AttachedFile>;
	return typeof name === 'string' && typeof content === 'string';
}

/** Finds a choice by value or by name; undefined if the option has no choices. */
function choiceOf(option: APIApplicationCommandBasicOption, value: unknown, refuse: (what: string) => never): string | number | undefined {
	const choices = ('choices' in option ? option.choices : undefined) ?? [];
	if (choices.length === 0) return undefined;
	const chosen = choices.find((choice) => String(choice.value) === String(value)) ?? choices.find((choice) => choice.name === value);
	return chosen?.value ?? refuse(`has no choice ${String(value)}; there are ${choices.map((choice) => choice.value).join(', ')}`);
}

function role({ guild }: DiscordContext, reference: string, resolved: Resolved): string | undefined {
	const found = guild.role(/^<@&(\d+)>$/.exec(reference)?.[1] ?? reference);
	if (found) resolved.roles = { ...resolved.roles, [found.id]: found };
	return found?.id;
}

/** The user in whose context menu a command is used. @throws ControlError 400 */
export function resolveTarget(context: DiscordContext, reference: string): { readonly id: string; readonly resolved: Resolved } {
	const resolved: Resolved = {};
	const id = user(context, reference, resolved);
	if (id === undefined) throw new ControlError(400, `there is no user ${reference}`);
	return { id, resolved };
}

/** An ID outside the guild resolves to a user without a member. */
function user({ guild }: DiscordContext, reference: string, resolved: Resolved): string | undefined {
	const member = guild.person(reference);
	const gone = guild.departed.get(reference) ?? [...guild.departed.values()].find(({ username }) => username === reference);
	const stranger: Pick<Member, 'id' | 'username' | 'bot'> | undefined = /^\d{17,20}$/.test(reference)
		? { id: reference, username: `user_${reference.slice(-4)}`, bot: false }
		: undefined;
	const found = member ?? gone ?? stranger;
	if (!found) return undefined;
	resolved.users = { ...resolved.users, [found.id]: toUser(found) };
	if (member) {
		const { deaf: _deaf, mute: _mute, ...rest } = toMemberOnly(member);
		resolved.members = { ...resolved.members, [found.id]: { ...rest, permissions: guildPermissions(guild, member).toString() } };
	}
	return found.id;
}
