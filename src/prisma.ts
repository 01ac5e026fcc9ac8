/** The package's entry `reeve/prisma`: members and teams in an application's own Prisma client. */

export { type PrismaPeopleMapping, prismaPeople } from './people/prisma-people.js';
export type { PrismaClientLike } from './people/prisma-table.js';
export type { Seats } from './people/rows.js';
