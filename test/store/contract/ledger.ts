import type { Database } from '../../../src/store/connection/database.js';
import { archiveContract } from './archive.js';
import { bulkFixContract } from './bulk-fixes.js';
import { changedLinkContract } from './changed-links.js';
import { claimContract } from './claims.js';
import { exemptionContract } from './exemptions.js';
import { findingsContract } from './findings.js';
import { gaugeContract } from './gauges.js';
import { halfDoneContract } from './half-done.js';
import { holdContract } from './holds.js';
import { leaseContract } from './lease.js';
import { linkChangeContract } from './link-changes.js';
import { linkContract } from './links.js';
import { maintenanceContract } from './maintenance.js';
import { memberHistoryContract } from './member-history.js';
import { openIssueContract } from './open-issues.js';
import { outboxContract } from './outbox.js';
import { pauseContract } from './pauses.js';
import { rulesContract } from './rules.js';
import { runContract } from './runs.js';
import { settingsAuditContract } from './settings-audit.js';
import { undoContract } from './undos.js';
import { verificationContract } from './verifications.js';

/** The contract of all stores, run against the embedded database and a PostgreSQL server. */
export function ledgerContract(database: () => Database): void {
	leaseContract(database);
	runContract(database);
	linkContract(database);
	findingsContract(database);
	claimContract(database);
	openIssueContract(database);
	holdContract(database);
	rulesContract(database);
	bulkFixContract(database);
	halfDoneContract(database);
	gaugeContract(database);
	pauseContract(database);
	changedLinkContract(database);
	linkChangeContract(database);
	settingsAuditContract(database);
	outboxContract(database);
	exemptionContract(database);
	verificationContract(database);
	undoContract(database);
	memberHistoryContract(database);
	archiveContract(database);
	maintenanceContract(database);
}
