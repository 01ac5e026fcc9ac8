import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { IDS } from '../core/identity.js';
import { checkCommand, checkCommands } from '../validate/command.js';
import { type Call, nothing, ok, param } from './call.js';
import type { RestServer } from './server.js';

/** The bot's commands, global and per guild. */
export function commandRoutes(server: RestServer, context: DiscordContext): void {
	const scopeOf = (call: Call): string | null => {
		if (param(call, 'application') !== IDS.application) throw refusal('unknownApplication');
		const guild = call.params.guild;
		if (guild !== undefined && (guild !== context.guild.id || !context.guild.invited)) throw refusal('missingAccess');
		return guild ?? null;
	};
	const touched = (final = false) => context.readiness.commands(context.commands.count, final);

	for (const base of ['/applications/:application/commands', '/applications/:application/guilds/:guild/commands']) {
		const inGuild = base.includes(':guild');
		server.route('GET', base, (call) => {
			const commands = context.commands.list(scopeOf(call));
			touched();
			return ok(commands);
		});
		server.route('POST', base, (call) => {
			const { command, created } = context.commands.put(scopeOf(call), checkCommand(call.body));
			touched();
			return ok(command, created ? 201 : 200);
		});
		server.route('PUT', base, (call) => {
			const commands = context.commands.replace(scopeOf(call), checkCommands(call.body));
			// A bot registers global commands first, guild commands last.
			touched(inGuild);
			return ok(commands);
		});
		server.route('GET', `${base}/:command{\\d+}`, (call) => ok(context.commands.get(scopeOf(call), param(call, 'command'))));
		server.route('PATCH', `${base}/:command{\\d+}`, (call) => {
			const scope = scopeOf(call);
			const command = context.commands.patch(scope, param(call, 'command'), checkCommand(call.body, true));
			touched();
			return ok(command);
		});
		server.route('DELETE', `${base}/:command{\\d+}`, (call) => {
			context.commands.delete(scopeOf(call), param(call, 'command'));
			touched();
			return nothing();
		});
	}
}
