import type { Archive } from '../reconciliation/archive.js';
import type { IssueBook } from '../reconciliation/bulk.js';
import type { PersonalHistory } from '../reconciliation/explain.js';
import type { Ledger, RoleMemory } from '../reconciliation/ports.js';
import { archive } from './archive.js';
import { attempts } from './attempts.js';
import type { Database } from './database.js';
import { findings } from './findings.js';
import { issueBook } from './issue-book.js';
import { leases } from './lease.js';
import { links } from './links.js';
import { roleMemory } from './managed-roles.js';
import { personalHistory } from './personal-history.js';
import { type Reports, reports } from './reports.js';
import { runs } from './runs.js';

/** The Ledger port over Prisma, for one guild, and what reports are drawn from. */
export function createLedger(database: Database, guildId: string): Ledger & RoleMemory & Reports & IssueBook & PersonalHistory & Archive {
	return {
		...leases(database, guildId),
		...runs(database, guildId),
		...links(database),
		...findings(database, guildId),
		...attempts(database, guildId),
		...issueBook(database, guildId),
		...archive(database, guildId),
		...personalHistory(database, guildId),
		...roleMemory(database, guildId),
		...reports(database, guildId)
	};
}
