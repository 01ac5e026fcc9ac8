import type { Clock } from '../core/identity.js';
import type { DiscordOptions, Limits } from '../core/options.js';
import type { Gateway } from '../gateway/gateway.js';
import type { Guild } from '../guild/guild.js';
import type { Commands } from '../interactions/commands.js';
import type { Interactions } from '../interactions/interactions.js';
import type { Messages } from '../messages/messages.js';
import type { Readiness } from './readiness.js';

/** Everything a route or client action needs. `load` replaces parts of it, so read them at the time of use, not earlier. */
export interface DiscordContext {
	readonly options: DiscordOptions;
	readonly limits: Limits;
	readonly clock: Clock;
	readonly gateway: Gateway;
	readonly readiness: Readiness;
	readonly guild: Guild;
	readonly messages: Messages;
	readonly commands: Commands;
	readonly interactions: Interactions;
	readonly memberIntent: boolean;
}
