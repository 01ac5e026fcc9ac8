import type { ReeveHandle } from './handle.js';
import type { ReeveOptions } from './options.js';

/** What the plugin adds to types of discord.js and Sapphire. */

declare module 'discord.js' {
	interface ClientOptions {
		/** Options of Reeve. Without them it is not loaded. */
		reeve?: ReeveOptions;
	}
}

declare module '@sapphire/pieces' {
	interface Container {
		reeve: ReeveHandle;
	}
}
