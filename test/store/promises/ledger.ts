import type { Database } from '../../../src/store/database.js';
import { archivePromises } from './archive.js';
import { bulkFixPromises } from './bulk-fixes.js';
import { claimPromises } from './claims.js';
import { deliveryPromises } from './deliveries.js';
import { exemptionPromises } from './exemptions.js';
import { findingPromises } from './findings.js';
import { holdPromises } from './holds.js';
import { issueBookPromises } from './issue-book.js';
import { leasePromises } from './lease.js';
import { linkBookPromises } from './link-book.js';
import { linkPromises } from './links.js';
import { pausePromises } from './pauses.js';
import { personalHistoryPromises } from './personal-history.js';
import { runPromises } from './runs.js';
import { settingsPromises } from './seen-settings.js';
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
