import type { Archive } from '../reconciliation/archive.js';
import type { IssueBook } from '../reconciliation/bulk.js';
import type { ExemptionBook } from '../reconciliation/exempt.js';
import type { PersonalHistory } from '../reconciliation/explain.js';
import type { PauseBook } from '../reconciliation/pause.js';
import type { Ledger, RoleMemory } from '../reconciliation/ports.js';
import type { Undos } from '../reconciliation/undo.js';
import type { Verifications } from '../reconciliation/verify.js';
import { archive } from './archive.js';
import { attempts } from './attempts.js';
import type { Database } from './database.js';
import { exemptions } from './exemptions.js';
import { findings } from './findings.js';
import { issueBook } from './issue-book.js';
import { leases } from './lease.js';
import { links } from './links.js';
import { roleMemory } from './managed-roles.js';
import { pauses } from './pauses.js';
import { personalHistory } from './personal-history.js';
import { type Reports, reports } from './reports.js';
import { runs } from './runs.js';
import { undos } from './undos.js';
import { verifications } from './verifications.js';

/** As the settings have it. */
const VERIFY_AFTER_MINUTES = 60;

/** The Ledger port over Prisma, for one guild, and what reports are drawn from. */
export function createLedger(
	database: Database,
	guildId: string,
	{ verifyAfterMinutes = VERIFY_AFTER_MINUTES }: { readonly verifyAfterMinutes?: number } = {}
): Ledger & RoleMemory & Reports & IssueBook & PauseBook & ExemptionBook & Verifications & Undos & PersonalHistory & Archive {
	return {
		...leases(database, guildId),
		...runs(database, guildId),
		...links(database),
		...findings(database, guildId),
		...attempts(database, guildId, verifyAfterMinutes),
		...verifications(database, guildId),
		...undos(database, guildId),
		...exemptions(database, guildId),
		...issueBook(database, guildId),
		...archive(database, guildId),
		...personalHistory(database, guildId),
		...pauses(database, guildId),
		...roleMemory(database, guildId),
		...reports(database, guildId)
	};
}
