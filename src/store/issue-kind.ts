import { Prisma } from './client/client.js';

/** Kind of an issue, as `BulkScope`: those of members without any link are a kind of their own. */
export const ISSUE_KIND = Prisma.sql`CASE WHEN detail->>'linked' = 'false' THEN 'UNLINKED' ELSE type END`;
