import type { ChangeService } from '../changes/service.js';
import type { OnboardingStore, Ports, Track } from '../domain/ports.js';
import type { RunSettings } from '../domain/run.js';
import type { DailySettings } from '../schedule/daily.js';
import type { PauseStore } from '../schedule/pause.js';
import { type DailyFigures, type DailyFiguresStore, readDailyFigures } from './daily-figures.js';
import { type Check, type CheckResult, runChecks } from './doctor.js';
import { type GaugeStore, type Gauges, readGauges } from './gauges.js';
import { type HousekeepingDeps, housekeep } from './housekeeping.js';
import { type Readiness, type ReadinessStore, readReadiness, readVerdict } from './readiness.js';
import type { ChangedSetting, SettingsAuditStore } from './settings-audit.js';
import { readStatus, type Status, type StatusStore } from './status.js';

/** Whether Reeve works: its status, the checks of the doctor, housekeeping, and the audit of its settings. */
export interface HealthService {
	status(): Promise<Status>;
	/** @throws {SourceError} if the database does not answer */
	pingDatabase(): Promise<void>;
	/** What monitoring shows. @throws {SourceError} if the database does not answer */
	gauges(): Promise<Gauges>;
	/** What the chart of the last days shows. @throws {SourceError} if the database does not answer */
	dailyFigures(): Promise<DailyFigures>;
	/** Whether automatic fixes can be switched on. @throws {SourceError} if the database does not answer */
	readiness(): Promise<Readiness>;
	/** Runs all checks of the doctor. Changes nothing, never throws. */
	check(): Promise<readonly CheckResult[]>;
	/** Runs the checks that need the database and the login, once both are open. Never throws. */
	checkAtStart(): Promise<readonly CheckResult[]>;
	/** Records in the audit log which settings changed since the last start. @returns the changes, by name */
	recordSettingsChanges(): Promise<readonly ChangedSetting[]>;
	/** See {@link housekeep}. */
	housekeep(when: { readonly atStart: boolean }): Promise<void>;
}

export function createHealthService(deps: {
	readonly ports: Ports;
	readonly store: StatusStore &
		GaugeStore &
		DailyFiguresStore &
		ReadinessStore &
		Pick<OnboardingStore, 'onboardingEnd'> &
		PauseStore &
		SettingsAuditStore;
	readonly changes: Pick<ChangeService, 'status'>;
	readonly daily: DailySettings;
	readonly fixing: Pick<RunSettings, 'autoFix' | 'fixUnlinked' | 'maxRevokePercent'>;
	readonly housekeeping: Omit<HousekeepingDeps, 'pausedBySettings'>;
	/** The settings as they may be stored: secrets as fingerprints. */
	readonly settingsFingerprint: ReadonlyMap<string, string>;
	readonly checks: () => readonly Check[];
	readonly startChecks: () => readonly Check[];
	readonly track: Track;
}): HealthService {
	const { ports, store, changes, daily, fixing, housekeeping, settingsFingerprint, checks, startChecks, track } = deps;
	return {
		status: () => readStatus(ports, store, store, changes, daily, () => readVerdict(store, fixing, ports.now())),
		pingDatabase: async () => void (await store.readInstalledAt()),
		gauges: () => readGauges(store, store, changes, daily, ports.now()),
		readiness: () => readReadiness(store, fixing, ports.now()),
		dailyFigures: () => readDailyFigures(store, daily.timeZone, ports.now()),
		check: () => runChecks(checks()),
		checkAtStart: () => runChecks(startChecks()),
		recordSettingsChanges: () => store.recordSettingsChanges(settingsFingerprint, ports.now()),
		housekeep: (when) => track(() => housekeep({ ...housekeeping, pausedBySettings: daily.paused }, when))
	};
}
