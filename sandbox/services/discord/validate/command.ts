import { type APIApplicationCommand, ApplicationCommandOptionType as Option, ApplicationCommandType as Type } from 'discord-api-types/v10';
import { notEmulated } from '../core/errors.js';
import { type Field, Form } from './form.js';

const MAX_OPTIONS = 25;
const MAX_CHOICES = 25;
const MAX_COMMAND_CHARACTERS = 8_000;
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const BASIC = [
	Option.String,
	Option.Integer,
	Option.Boolean,
	Option.User,
	Option.Channel,
	Option.Role,
	Option.Mentionable,
	Option.Number,
	Option.Attachment
];
const NESTING = [Option.Subcommand, Option.SubcommandGroup];
const WITH_CHOICES = new Set<Option>([Option.String, Option.Integer, Option.Number]);

/** The fields of a command that the application sets. */
export type CommandInput = Pick<APIApplicationCommand, 'name' | 'description' | 'options'> & { type?: Type } & Record<string, unknown>;

/** @param partial - whether this is an edit, in which required fields may be absent */
export function checkCommand(body: unknown, partial = false): CommandInput {
	const form = new Form();
	checkOne(form.field(body), partial);
	form.check();
	return body as CommandInput;
}

export function checkCommands(body: unknown): CommandInput[] {
	const form = new Form();
	const root = form.field(body);
	const seen = new Set<string>();
	for (const command of root.list({ max: 110, required: true })) {
		checkOne(command, false);
		const key = `${String(command.at('type').value ?? Type.ChatInput)} ${String(command.at('name').value)}`;
		if (seen.has(key)) command.at('name').fail('APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
		seen.add(key);
	}
	form.check();
	return body as CommandInput[];
}

function checkOne(command: Field, partial: boolean): void {
	if (!command.model()) return;
	if (command.at('type').value === Type.PrimaryEntryPoint) throw notEmulated('the command that starts an activity', 400);
	const type = command.at('type').oneOf([Type.ChatInput, Type.User, Type.Message]) ?? Type.ChatInput;
	const name = command.at('name');
	const description = command.at('description');
	if (type === Type.ChatInput) {
		if (name.given || !partial) checkName(name);
		if (description.given || !partial) description.text({ min: 1, max: 100, required: true });
	} else {
		if (name.given || !partial) name.text({ min: 1, max: 32, required: true });
		if (description.given && description.value !== '')
			description.fail('APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED', 'Context menu commands cannot have a description');
	}
	command.at('default_member_permissions').text({ max: 20, pattern: /^\d+$/ });
	command.at('dm_permission').boolean();
	command.at('nsfw').boolean();
	checkOptions(command.at('options'), [...NESTING, ...BASIC]);
	if (characters(command) > MAX_COMMAND_CHARACTERS) {
		command.fail('APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MAX_COMMAND_CHARACTERS})`);
	}
}

function checkName(name: Field): void {
	const text = name.text({ min: 1, max: 32, required: true });
	if (text === undefined) return;
	if (!NAME.test(text) || text !== text.toLowerCase()) name.fail('APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
}

function checkOptions(field: Field, allowed: readonly Option[]): void {
	const options = field.list({ max: MAX_OPTIONS });
	const seen = new Set<unknown>();
	let optional = false;
	const types = new Set<boolean>();
	for (const option of options) {
		if (!option.model()) continue;
		const type = option.at('type').oneOf(allowed, true);
		checkName(option.at('name'));
		option.at('description').text({ min: 1, max: 100, required: true });
		const name = option.at('name').value;
		if (seen.has(name)) option.at('name').fail('APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', 'Option name already exists');
		seen.add(name);
		if (type === undefined) continue;
		types.add(NESTING.includes(type));
		const required = option.at('required').boolean() ?? false;
		if (required && optional) {
			option.fail('APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required options must be placed before non-required options');
		}
		if (!required && !NESTING.includes(type)) optional = true;
		if (type === Option.Subcommand) checkOptions(option.at('options'), BASIC);
		else if (type === Option.SubcommandGroup) checkOptions(option.at('options'), [Option.Subcommand]);
		else checkBasic(option, type);
	}
	if (types.size > 1)
		field.fail(
			'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
			'Sub-command and sub-command group option types are mutually exclusive to all other types'
		);
}

function checkBasic(option: Field, type: Option): void {
	if (option.at('options').given)
		option.at('options').fail('APPLICATION_COMMAND_OPTIONS_NOT_ALLOWED', 'This option type cannot have options');
	const autocomplete = option.at('autocomplete').boolean() ?? false;
	const choices = option.at('choices').list({ max: MAX_CHOICES });
	if ((autocomplete || choices.length > 0) && !WITH_CHOICES.has(type)) {
		option.fail('APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID', 'This option type cannot have choices or autocomplete');
	}
	if (autocomplete && choices.length > 0) {
		option.fail('APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES_EXCLUSIVE', 'Choices and autocomplete are mutually exclusive');
	}
	for (const choice of choices) checkChoice(choice, type);
	if (type === Option.String) {
		option.at('min_length').integer({ min: 0, max: 6_000 });
		option.at('max_length').integer({ min: 1, max: 6_000 });
	}
}

function checkChoice(choice: Field, type: Option): void {
	if (!choice.model()) return;
	choice.at('name').text({ min: 1, max: 100, required: true });
	const value = choice.at('value');
	if (type === Option.String) value.text({ min: 0, max: 100, required: true });
	else if (type === Option.Integer) value.integer({ required: true });
	else if (typeof value.value !== 'number') value.fail('FLOAT_TYPE_COERCE', `Value "${String(value.value)}" is not float.`);
}

/** Checks an autocomplete response. */
export function checkChoices(field: Field): void {
	if (!field.given) field.missing();
	for (const choice of field.list({ max: MAX_CHOICES }))
		checkChoice(choice, typeof choice.at('value').value === 'number' ? Option.Number : Option.String);
}

/** The total length of names, descriptions and choice values, nested ones included. */
function characters(field: Field): number {
	const own = ['name', 'description'].reduce((sum, key) => sum + String(field.at(key).value ?? '').length, 0);
	const value = field.at('value');
	const below = ['options', 'choices'].flatMap((key) => (Array.isArray(field.at(key).value) ? field.at(key).list({ max: 1_000 }) : []));
	return own + (value.given ? String(value.value).length : 0) + below.reduce((sum, child) => sum + characters(child), 0);
}
