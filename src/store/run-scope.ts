import { Prisma } from './client/client.js';

/** Which members runs compared, as conditions on their rows. */

/** Runs over all members: only they know how much is paid, linked and held, and when all was well. */
export const FULL_RUN = {
	onlyMember: null,
	onlyMembers: { equals: Prisma.DbNull }
} satisfies Prisma.ReconciliationRunWhereInput;

/** Targeted runs over some members that have found and changed nothing: there are many of them, and none is of interest. */
export const WITHOUT_FINDINGS = {
	onlyMembers: { not: Prisma.DbNull },
	issuesFound: 0,
	issuesFixed: 0
} satisfies Prisma.ReconciliationRunWhereInput;
