import type { BaseInteraction } from 'discord.js';

/** The operator behind an interaction, as orders and the audit log name them. */
export function actorOf({ user }: Pick<BaseInteraction, 'user'>): { readonly actor: string; readonly actorName: string } {
	return { actor: user.id, actorName: user.username };
}
