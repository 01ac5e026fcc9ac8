import type { PrismaClient } from '../../src/store/client/client.js';
import type { World } from '../world/world.js';

/** Inserts a world's rows as an import would. */

/** PostgreSQL allows 32 766 parameters per statement, and a team has eight. */
const ROWS_PER_STATEMENT = 2_000;
/** A batch of members is one JSON parameter: there may be hundreds of thousands. */
const MEMBERS_PER_STATEMENT = 10_000;

export function hasRows({ teams, members, exemptions }: World['database']): boolean {
	return teams.length + members.length + exemptions.length > 0;
}

export async function seed(prisma: PrismaClient, { teams, members, exemptions }: World['database']): Promise<void> {
	for (const data of batches(teams, ROWS_PER_STATEMENT)) await prisma.team.createMany({ data });
	for (const batch of batches(members, MEMBERS_PER_STATEMENT)) {
		await prisma.$executeRaw`
			INSERT INTO $schema."Member" (id, "discordId", "stripeCustomerId", email, "seatTier", "teamId", "paymentFailedAt", "updatedAt")
			SELECT id, "discordId", "stripeCustomerId", email, COALESCE("seatTier", 'INDIVIDUAL')::$schema."SeatTier", "teamId", "paymentFailedAt", now()
			FROM jsonb_to_recordset(${JSON.stringify(batch)}::jsonb) AS given(
				id text, "discordId" text, "stripeCustomerId" text, email text, "seatTier" text, "teamId" text, "paymentFailedAt" timestamptz
			)`;
	}
	for (const data of batches(exemptions, ROWS_PER_STATEMENT)) await prisma.exemption.createMany({ data });
}

function* batches<T>(rows: T[], size: number): Generator<T[]> {
	for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}
