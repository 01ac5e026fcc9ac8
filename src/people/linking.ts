import { parseDiscordId } from '../reconciliation/domain/discord-id.js';
import type { MemberRow } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { PrismaTable } from './prisma-table.js';

/**
 * Links and unlinks in the rows of an application that allows it. A row is a member of the application with one customer: Reeve creates and
 * deletes none. It changes a row only while it is as it was read, so that one of two concurrent changes wins.
 */
export function createLinking(people: People, members: PrismaTable): Required<Pick<People, 'link' | 'unlink'>> {
	/** Writes the customer into the member's row, or the member into the customer's. */
	const write = (discordId: string, customerId: string, rows: readonly MemberRow[]): Promise<boolean> => {
		const own = rows.filter((row) => named(row) === discordId);
		const free = own.find(({ stripeCustomerId }) => stripeCustomerId === null);
		if (free !== undefined) return members.set(free.id, { customerId }, { customerId: null });
		const unnamed = rows.find((row) => row.stripeCustomerId === customerId && row.discordId === null);
		if (unnamed !== undefined) return members.set(unnamed.id, { discordId }, { discordId: null });
		const [taken] = own;
		throw new SourceError(
			'database',
			taken === undefined
				? `There is no row for this member in ${people.name}, and Reeve creates none. Add the member there first.`
				: `There is one customer per member in ${people.name}, and this one has ${taken.stripeCustomerId}. Use /reconcile unlink first.`
		);
	};
	return {
		link: async (discordId, customerId) => {
			const { members: rows, teams } = await people.readOf([discordId], [customerId]);
			const owners = rows.flatMap((row) => (row.stripeCustomerId === customerId ? (named(row) ?? []) : []));
			if (owners.includes(discordId)) return { kind: 'already' };
			const team = teams.find(({ stripeCustomerId }) => stripeCustomerId === customerId);
			if (team !== undefined) return { kind: 'team', team: team.name };
			const [other] = owners;
			if (other !== undefined) return { kind: 'taken', by: other };
			if (await write(discordId, customerId, rows)) return { kind: 'written' };
			throw new SourceError('database', 'The row was changed at the same time. Try again.');
		},
		unlink: async (rowId, discordId) => {
			const { members: rows } = await people.readOf([discordId], []);
			const row = rows.find(({ id }) => id === rowId);
			if (row === undefined || named(row) !== discordId) return false;
			if (row.stripeCustomerId === null) throw new SourceError('database', `This is a seat in a team. Change it in ${people.name}.`);
			return members.set(rowId, { customerId: null }, { customerId: row.stripeCustomerId });
		}
	};
}

function named({ discordId }: MemberRow): string | null {
	return discordId === null ? null : parseDiscordId(discordId);
}
