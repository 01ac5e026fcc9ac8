import type { Database } from '../../../src/store/connection/database.js';
import { archivePromises } from './archive.js';
import { bulkFixPromises } from './bulk-fixes.js';
import { claimPromises } from './claims.js';
import { exemptionPromises } from './exemptions.js';
import { findingPromises } from './findings.js';
import { holdPromises } from './holds.js';
import { leasePromises } from './lease.js';
import { linkBookPromises } from './link-changes.js';
import { linkPromises } from './links.js';
import { personalHistoryPromises } from './member-history.js';
import { issueBookPromises } from './open-issues.js';
import { deliveryPromises } from './outbox.js';
import { pausePromises } from './pauses.js';
import { runPromises } from './runs.js';
import { settingsPromises } from './settings-audit.js';
import { undoPromises } from './undos.js';
import { verificationPromises } from './verifications.js';

/** What the ledger promises over either kind of database. */
export function ledgerPromises(database: () => Database): void {
	leasePromises(database);
	runPromises(database);
	linkPromises(database);
	findingPromises(database);
	claimPromises(database);
	issueBookPromises(database);
	holdPromises(database);
	bulkFixPromises(database);
	pausePromises(database);
	linkBookPromises(database);
	settingsPromises(database);
	deliveryPromises(database);
	exemptionPromises(database);
	verificationPromises(database);
	undoPromises(database);
	personalHistoryPromises(database);
	archivePromises(database);
}
