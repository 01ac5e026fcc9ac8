import { existsSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import type { InteractionHandlerStore } from '@sapphire/framework';
import { LoaderStrategy, type Piece, type Store } from '@sapphire/pieces';

/**
 * How files become pieces: a folder with the name of a piece beside it holds that piece's parts, and is not looked into.
 * Reeve's files are ES modules wherever it was started: Sapphire would look at the package.json of that folder.
 */
export function configurePieceLoading(stores: Iterable<Store<Piece>>): void {
	for (const { strategy } of stores) {
		if (!(strategy instanceof LoaderStrategy)) continue;
		strategy.clientUsesESModules = true;
		const isPiece = strategy.filter.bind(strategy);
		strategy.filter = (path) => (existsSync(`${dirname(path)}${extname(path)}`) ? null : isPiece(path));
	}
}

/**
 * Has every button, menu and form handled within `attend`, from the click to the last word.
 * @param attend - knows then that somebody is being answered
 */
export function trackInteractionReplies(handlers: InteractionHandlerStore, attend: <T>(answer: () => Promise<T>) => Promise<T>): void {
	const run = handlers.run.bind(handlers);
	handlers.run = (interaction) => attend(() => run(interaction));
}
