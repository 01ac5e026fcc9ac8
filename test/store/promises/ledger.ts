import type { Database } from '../../../src/store/database.js';
import { archivePromises } from './archive.js';
import { claimPromises } from './claims.js';
import { exemptionPromises } from './exemptions.js';
import { findingPromises } from './findings.js';
import { issueBookPromises } from './issue-book.js';
import { leasePromises } from './lease.js';
import { linkPromises } from './links.js';
import { pausePromises } from './pauses.js';
import { personalHistoryPromises } from './personal-history.js';
import { runPromises } from './runs.js';
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
	personalHistoryPromises(database);
	archivePromises(database);
	pausePromises(database);
	exemptionPromises(database);
	verificationPromises(database);
	undoPromises(database);
}
