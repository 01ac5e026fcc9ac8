import { writtenForms } from '../reconciliation/domain/discord-id.js';
import type { MemberRow, TeamRow } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import { readPeople } from '../reconciliation/snapshot/read-people.js';
import type { Database } from './connection/database.js';
import { keysetPages } from './paging.js';

const PAGE = 2_000;

/** The columns of `MemberRow`. */
export const MEMBER = { id: true, discordId: true, stripeCustomerId: true, seatTier: true, teamId: true, paymentFailedAt: true } as const;
const TEAM = { id: true, name: true, stripeCustomerId: true, ownerSeatCount: true, teamSeatCount: true, paymentFailedAt: true } as const;

/** Members and teams in Reeve's own tables. Links are written by `linkStore`, in one transaction with the audit log. */
export function reevePeople({ prisma }: Database): Omit<People, 'check' | 'link' | 'unlink'> {
	const page = (after: { readonly id: string } | undefined) =>
		({ where: { id: { gt: after?.id ?? '' } }, orderBy: { id: 'asc' }, take: PAGE }) as const;
	return {
		name: "Reeve's database",
		...readPeople({
			memberPages: () => keysetPages(PAGE, (after?: MemberRow) => prisma.member.findMany({ select: MEMBER, ...page(after) })),
			teamPages: () => keysetPages(PAGE, (after?: TeamRow) => prisma.team.findMany({ select: TEAM, ...page(after) })),
			membersNaming: async (discordIds) => {
				// IDs with other text around them. The condition is that of a small index. Rounded ones are valid IDs: see `writtenForms`.
				const unusual = await prisma.$queryRaw<{ readonly id: string }[]>`
					SELECT id FROM $schema."Member" WHERE "discordId" !~ '^[0-9]{17,20}$'
					AND EXISTS (SELECT FROM unnest(${discordIds}::text[]) AS wanted WHERE strpos("discordId", wanted) > 0)`;
				return prisma.member.findMany({
					select: MEMBER,
					where: { OR: [{ discordId: { in: discordIds.flatMap(writtenForms) } }, { id: { in: unusual.map(({ id }) => id) } }] }
				});
			},
			membersOfCustomers: (customerIds) =>
				prisma.member.findMany({ select: MEMBER, where: { stripeCustomerId: { in: [...customerIds] } } }),
			teamsOf: (teamIds, customerIds) =>
				prisma.team.findMany({
					select: TEAM,
					where: { OR: [{ id: { in: [...teamIds] } }, { stripeCustomerId: { in: [...customerIds] } }] }
				})
		})
	};
}
