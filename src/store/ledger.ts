import type { Archive } from '../reconciliation/archive.js';
import type { BulkBook } from '../reconciliation/bulk.js';
import type { IssueBook } from '../reconciliation/bulk-plan.js';
import type { DeliveryBook } from '../reconciliation/deliveries.js';
import type { ExemptionBook } from '../reconciliation/exempt.js';
import type { PersonalHistory } from '../reconciliation/explain.js';
import type { HoldBook } from '../reconciliation/holds.js';
import type { LinkBook } from '../reconciliation/link.js';
import type { PauseBook } from '../reconciliation/pause.js';
import type { Ledger, RoleMemory } from '../reconciliation/ports.js';
import type { SettingsBook } from '../reconciliation/seen-settings.js';
import type { Undos } from '../reconciliation/undo.js';
import type { Verifications } from '../reconciliation/verify.js';
import { archive } from './archive.js';
import { attempts } from './attempts.js';
import { bulkFixes } from './bulk-fixes.js';
import type { Database } from './database.js';
import { deliveries } from './deliveries.js';
import { exemptions } from './exemptions.js';
import { findings } from './findings.js';
import { holds } from './holds.js';
import { issueBook } from './issue-book.js';
import { leases } from './lease.js';
import { linkBook } from './link-book.js';
import { links } from './links.js';
import { roleMemory } from './managed-roles.js';
import { pauses } from './pauses.js';
import { personalHistory } from './personal-history.js';
import { type Reports, reports } from './reports.js';
import { runs } from './runs.js';
import { seenSettings } from './seen-settings.js';
import { undos } from './undos.js';
import { verifications } from './verifications.js';

/** As the settings have it. */
const VERIFY_AFTER_MINUTES = 60;

/** Everything that the database is asked for, for one guild. */
type GuildLedger = Ledger &
	RoleMemory &
	Reports &
	IssueBook &
	HoldBook &
	BulkBook &
	DeliveryBook &
	SettingsBook &
	PauseBook &
	ExemptionBook &
	Verifications &
	Undos &
	PersonalHistory &
	Archive &
	LinkBook;

/** The Ledger port over Prisma, for one guild, and the books of all that goes beyond a run and a fix. */
export function createLedger(
	database: Database,
	guildId: string,
	{ verifyAfterMinutes = VERIFY_AFTER_MINUTES }: { readonly verifyAfterMinutes?: number } = {}
): GuildLedger {
	return {
		...leases(database, guildId),
		...runs(database, guildId),
		...links(database),
		...findings(database, guildId),
		...attempts(database, guildId, verifyAfterMinutes),
		...verifications(database, guildId),
		...undos(database, guildId),
		...deliveries(database, guildId),
		...exemptions(database, guildId),
		...issueBook(database, guildId),
		...holds(database, guildId),
		...bulkFixes(database, guildId),
		...linkBook(database, guildId),
		...pauses(database, guildId),
		...seenSettings(database, guildId),
		...archive(database, guildId),
		...personalHistory(database, guildId),
		...roleMemory(database, guildId),
		...reports(database, guildId)
	};
}
