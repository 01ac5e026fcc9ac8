import { writtenForms } from '../reconciliation/domain/discord-id.js';
import type { MemberRow } from '../reconciliation/domain/links.js';
import type { People } from '../reconciliation/domain/people.js';
import type { Database } from './connection/database.js';
import { keysetPages } from './paging.js';

const PAGE = 2_000;

/** The columns of `MemberRow`. */
export const MEMBER = { id: true, discordId: true, stripeCustomerId: true, seatTier: true, teamId: true, paymentFailedAt: true } as const;
const TEAM = { id: true, name: true, stripeCustomerId: true, ownerSeatCount: true, teamSeatCount: true, paymentFailedAt: true } as const;

/** Members and teams in Reeve's own tables. Links are written by `linkStore`, in one transaction with the audit log. */
export function reevePeople({ prisma }: Database): Omit<People, 'check' | 'link' | 'unlink'> {
	return {
		name: "Reeve's database",
		readAll: async (onProgress) => {
			const members: MemberRow[] = [];
			const read = (after?: MemberRow) =>
				prisma.member.findMany({ select: MEMBER, where: { id: { gt: after?.id ?? '' } }, orderBy: { id: 'asc' }, take: PAGE });
			for await (const page of keysetPages(PAGE, read)) {
				members.push(...page);
				if (page.length === PAGE) onProgress({ source: 'database', done: members.length, total: null, finished: false });
			}
			const teams = await prisma.team.findMany({ select: TEAM });
			onProgress({ source: 'database', done: members.length, total: members.length, finished: true });
			return { members, teams };
		},
		readOf: async (discordIds, customerIds) => {
			// IDs with other text around them. The condition is that of a small index. Rounded ones are valid IDs: see `writtenForms`.
			const unusual = await prisma.$queryRaw<{ readonly id: string }[]>`
				SELECT id FROM $schema."Member" WHERE "discordId" !~ '^[0-9]{17,20}$'
				AND EXISTS (SELECT FROM unnest(${discordIds}::text[]) AS wanted WHERE strpos("discordId", wanted) > 0)`;
			const own = await prisma.member.findMany({
				select: MEMBER,
				where: { OR: [{ discordId: { in: discordIds.flatMap(writtenForms) } }, { id: { in: unusual.map(({ id }) => id) } }] }
			});
			// Other rows may give their customers to someone else, too.
			const customers = [...new Set([...customerIds, ...own.flatMap(({ stripeCustomerId }) => stripeCustomerId ?? [])])];
			const ofCustomers = await prisma.member.findMany({ select: MEMBER, where: { stripeCustomerId: { in: customers } } });
			const members = [...new Map([...own, ...ofCustomers].map((row) => [row.id, row])).values()];
			const teamIds = members.flatMap(({ teamId }) => teamId ?? []);
			const teams = await prisma.team.findMany({
				select: TEAM,
				where: { OR: [{ id: { in: teamIds } }, { stripeCustomerId: { in: customers } }] }
			});
			return { members, teams };
		}
	};
}
