/**
 * Names of Reeve's pieces in Sapphire's stores. The prefix keeps them apart from the pieces of a bot that Reeve is mounted in; a piece of
 * that bot under one of these names replaces Reeve's.
 */

const PREFIX = 'reeve.';

/** @param name - of the piece's file, without `.ts` */
export function pieceName<const Name extends string>(name: Name): `${typeof PREFIX}${Name}` {
	return `${PREFIX}${name}`;
}

export const COMMAND_PIECE = pieceName('reconcile');
export const CONTEXT_MENU_PIECE = pieceName('why-these-roles');
export const OPERATOR_ONLY = pieceName('operator-only');

/** Whether a piece of this name is Reeve's, or replaces one of Reeve's. */
export const isReevesPiece = (name: string): boolean => name.startsWith(PREFIX);
