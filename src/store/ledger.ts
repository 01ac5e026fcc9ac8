import type { AlertStore } from '../reconciliation/alerts/check.js';
import type { ChangeStore } from '../reconciliation/changes/store.js';
import type { People } from '../reconciliation/domain/people.js';
import type { Ledger, ManagedRoleStore } from '../reconciliation/domain/ports.js';
import type { BulkStore } from '../reconciliation/fixes/bulk.js';
import type { IssueSearch, IssueStore } from '../reconciliation/fixes/bulk-plan.js';
import type { HalfDoneStore } from '../reconciliation/fixes/half-done.js';
import type { HoldStore } from '../reconciliation/fixes/holds.js';
import type { UndoStore } from '../reconciliation/fixes/undo.js';
import type { DailyFiguresStore } from '../reconciliation/health/daily-figures.js';
import type { GaugeStore } from '../reconciliation/health/gauges.js';
import type { MaintenanceStore } from '../reconciliation/health/housekeeping.js';
import type { ReadinessStore } from '../reconciliation/health/readiness.js';
import type { SettingsAuditStore } from '../reconciliation/health/settings-audit.js';
import type { StatusStore } from '../reconciliation/health/status.js';
import type { ImportStore } from '../reconciliation/imports/import.js';
import type { ExemptionStore } from '../reconciliation/members/exemption.js';
import type { MemberHistoryStore } from '../reconciliation/members/explain.js';
import type { LinkStore } from '../reconciliation/members/link.js';
import type { RoleHistoryStore } from '../reconciliation/origins/history.js';
import type { OutboxStore } from '../reconciliation/outbox/outbox.js';
import type { PrivacyStore } from '../reconciliation/privacy/forget.js';
import type { RunArchiveStore } from '../reconciliation/runs/archive.js';
import type { PeopleListStore } from '../reconciliation/runs/people-list.js';
import type { VerificationStore } from '../reconciliation/runs/verify.js';
import type { PauseStore } from '../reconciliation/schedule/pause.js';
import type { SettingStore } from '../reconciliation/setup/store.js';
import { type AlertMessageStore, alertStore } from './alerts.js';
import { runArchiveStore } from './archive.js';
import { attempts } from './attempts.js';
import { bulkStore } from './bulk-fixes.js';
import { changeStore } from './changes.js';
import type { Database } from './connection/database.js';
import { dailyFiguresStore } from './daily-figures.js';
import { exemptionStore } from './exemptions.js';
import { findingsStore } from './findings.js';
import { gaugeStore } from './gauges.js';
import { halfDoneStore } from './half-done.js';
import { holdStore } from './holds.js';
import { importStore } from './imports.js';
import { leaseStore } from './lease.js';
import { linkStore, linkStoreOf } from './link-changes.js';
import { linkReader } from './links.js';
import { maintenanceStore } from './maintenance.js';
import { managedRoleStore } from './managed-roles.js';
import { memberHistoryStore } from './member-history.js';
import { newsStore } from './news.js';
import { onboardingStore } from './onboarding.js';
import { issueStore } from './open-issues.js';
import { outboxStore } from './outbox.js';
import { pauseStore } from './pauses.js';
import { payerStore } from './payers.js';
import { reevePeople } from './people.js';
import { privacyStore } from './privacy.js';
import { readinessStore } from './readiness.js';
import { type ReportStore, reportStore } from './reports.js';
import { roleChangeStore } from './role-changes.js';
import { rulesStore } from './rules.js';
import { runStore } from './runs.js';
import { settingStore } from './settings.js';
import { settingsAuditStore } from './settings-audit.js';
import { statusStore } from './status.js';
import { undoStore } from './undos.js';
import { verificationStore } from './verifications.js';

/** Default of RECONCILIATION_VERIFY_AFTER_MINUTES. */
const VERIFY_AFTER_MINUTES = 60;

/** Default of RECONCILIATION_SNAPSHOT_DAYS. */
const SNAPSHOT_DAYS = 90;

/** All stores of a guild. */
type GuildLedger = Ledger &
	ManagedRoleStore &
	ReportStore &
	IssueStore &
	IssueSearch &
	HoldStore &
	BulkStore &
	HalfDoneStore &
	OutboxStore &
	SettingsAuditStore &
	SettingStore &
	PauseStore &
	ExemptionStore &
	VerificationStore &
	UndoStore &
	MemberHistoryStore &
	RunArchiveStore &
	PeopleListStore &
	LinkStore &
	ImportStore &
	PrivacyStore &
	StatusStore &
	GaugeStore &
	DailyFiguresStore &
	ReadinessStore &
	AlertStore &
	AlertMessageStore &
	ChangeStore &
	RoleHistoryStore &
	MaintenanceStore;

/** Composes the stores of a guild over an open database. @param options.people - where members and teams are kept; default: in the database */
export function createLedger(
	database: Database,
	guildId: string,
	{
		verifyAfterMinutes = VERIFY_AFTER_MINUTES,
		snapshotDays = SNAPSHOT_DAYS,
		people
	}: { readonly verifyAfterMinutes?: number; readonly snapshotDays?: number; readonly people?: People | undefined } = {}
): GuildLedger {
	return {
		...leaseStore(database, guildId),
		...runStore(database, guildId),
		...linkReader(database, people ?? reevePeople(database)),
		...findingsStore(database, guildId),
		...payerStore(database, guildId),
		...rulesStore(database, guildId),
		...onboardingStore(database, guildId),
		...newsStore(database, guildId),
		...attempts(database, guildId, verifyAfterMinutes),
		...verificationStore(database, guildId),
		...undoStore(database, guildId),
		...outboxStore(database, guildId),
		...exemptionStore(database, guildId),
		...issueStore(database, guildId),
		...holdStore(database, guildId),
		...bulkStore(database, guildId),
		...halfDoneStore(database, guildId),
		...(people === undefined ? linkStore(database, guildId) : linkStoreOf(people, database, guildId)),
		...importStore(database, guildId, people),
		...privacyStore(database, guildId),
		...pauseStore(database, guildId),
		...settingsAuditStore(database, guildId),
		...settingStore(database, guildId),
		...runArchiveStore(database, guildId),
		...memberHistoryStore(database, guildId),
		...managedRoleStore(database, guildId),
		...reportStore(database, guildId),
		...statusStore(database, guildId),
		...gaugeStore(database, guildId),
		...dailyFiguresStore(database, guildId),
		...readinessStore(database, guildId),
		...alertStore(database, guildId),
		...changeStore(database, guildId),
		...roleChangeStore(database, guildId),
		...maintenanceStore(database, guildId, snapshotDays)
	};
}
