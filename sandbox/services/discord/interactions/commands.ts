import { type APIApplicationCommand, ApplicationCommandType } from 'discord-api-types/v10';
import { refusal } from '../core/errors.js';
import { type Clock, IDS } from '../core/identity.js';
import type { CommandInput } from '../validate/command.js';

const MAX_CHAT_INPUT_COMMANDS = 100;

/** A guild's ID; null for global commands. */
type Scope = string | null;

/** The bot's registered commands. */
export class Commands {
	private readonly scopes = new Map<Scope, Map<string, APIApplicationCommand>>();

	public constructor(private readonly clock: Clock) {}

	public get count(): number {
		return [...this.scopes.values()].reduce((sum, commands) => sum + commands.size, 0);
	}

	public list(scope: Scope): APIApplicationCommand[] {
		return [...this.in(scope).values()];
	}

	/**
	 * The commands usable in the guild: guild commands first, then global ones.
	 * @param as - slash commands, or those in the context menus of users or of messages
	 */
	public usable(guildId: string, as = ApplicationCommandType.ChatInput): APIApplicationCommand[] {
		return [...this.list(guildId), ...this.list(null)].filter(({ type }) => type === as);
	}

	/** @throws DiscordError if the command does not exist */
	public get(scope: Scope, id: string): APIApplicationCommand {
		const command = this.in(scope).get(id);
		if (!command) throw refusal('unknownCommand');
		return command;
	}

	/** Creates a command, or replaces the one of the same name and type, keeping its ID. */
	public put(scope: Scope, input: CommandInput): { command: APIApplicationCommand; created: boolean } {
		const type = input.type ?? ApplicationCommandType.ChatInput;
		const known = this.list(scope).find((command) => command.name === input.name && command.type === type);
		const count = this.list(scope).filter((command) => command.type === ApplicationCommandType.ChatInput).length;
		if (!known && count >= MAX_CHAT_INPUT_COMMANDS) throw refusal('commandLimit');
		const command = this.make(scope, input, known?.id ?? this.clock.snowflake());
		this.in(scope).set(command.id, command);
		return { command, created: !known };
	}

	public patch(scope: Scope, id: string, input: Partial<CommandInput>): APIApplicationCommand {
		const known = this.get(scope, id);
		const command = this.make(scope, { ...known, ...input }, id);
		this.in(scope).set(id, command);
		return command;
	}

	public replace(scope: Scope, inputs: readonly CommandInput[]): APIApplicationCommand[] {
		const before = this.list(scope);
		this.scopes.delete(scope);
		for (const input of inputs) {
			const known = before.find(
				(command) => command.name === input.name && command.type === (input.type ?? ApplicationCommandType.ChatInput)
			);
			const command = this.make(scope, input, known?.id ?? this.clock.snowflake());
			this.in(scope).set(command.id, command);
		}
		return this.list(scope);
	}

	public delete(scope: Scope, id: string): void {
		if (!this.in(scope).delete(id)) throw refusal('unknownCommand');
	}

	private in(scope: Scope): Map<string, APIApplicationCommand> {
		const commands = this.scopes.get(scope) ?? new Map<string, APIApplicationCommand>();
		this.scopes.set(scope, commands);
		return commands;
	}

	private make(scope: Scope, input: CommandInput, id: string): APIApplicationCommand {
		const known = ['name_localizations', 'description_localizations', 'dm_permission', 'contexts', 'integration_types', 'nsfw'] as const;
		const given = Object.fromEntries(known.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]));
		return {
			name_localizations: null,
			description_localizations: null,
			contexts: null,
			nsfw: false,
			...given,
			id,
			application_id: IDS.application,
			version: this.clock.snowflake(),
			type: input.type ?? ApplicationCommandType.ChatInput,
			name: input.name,
			description: input.description ?? '',
			default_member_permissions: typeof input.default_member_permissions === 'string' ? input.default_member_permissions : null,
			options: input.options ?? [],
			...(scope === null ? {} : { guild_id: scope })
		} as APIApplicationCommand;
	}
}
