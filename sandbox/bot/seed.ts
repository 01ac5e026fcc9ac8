import type { PrismaClient } from '../../src/store/client/client.js';
import type { World } from '../world/world.js';

/** A world's rows, written as an import would leave them. */

/** PostgreSQL binds at most 32 766 values in a statement, and a member has ten. */
const ROWS_PER_STATEMENT = 2_000;

export function hasRows({ teams, members, exemptions }: World['database']): boolean {
	return teams.length + members.length + exemptions.length > 0;
}

export async function seed(prisma: PrismaClient, { teams, members, exemptions }: World['database']): Promise<void> {
	for (const data of batches(teams)) await prisma.team.createMany({ data });
	for (const batch of batches(members)) {
		const data = batch.map((member) => ({ ...member, seatTier: member.seatTier ?? 'INDIVIDUAL' }));
		await prisma.member.createMany({ data });
	}
	for (const data of batches(exemptions)) await prisma.exemption.createMany({ data });
}

function* batches<T>(rows: T[]): Generator<T[]> {
	for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) yield rows.slice(from, from + ROWS_PER_STATEMENT);
}
