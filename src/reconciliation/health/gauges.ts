import type { ChangeService } from '../changes/service.js';
import type { ChangeStatus } from '../changes/store.js';
import type { DailySettings } from '../schedule/daily.js';
import type { PauseStore } from '../schedule/pause.js';
import type { OpenKind, StatusStore } from './status.js';

/** What monitoring shows of the database: small numbers, none of them about one member. */
export interface Gauges {
	/** Start of the newest full run that succeeded; null if there is none. */
	readonly lastSuccessAt: Date | null;
	/** Null before the first start has stored it. */
	readonly installedAt: Date | null;
	/** Whether the daily runs are paused, by the settings or by an operator. */
	readonly paused: boolean;
	readonly open: readonly OpenKind[];
	/** Of the newest full run. A later run replaces the holds of earlier ones. */
	readonly openHolds: number;
	readonly deliveries: DeliveryCounts;
	/** How current the comparison is; null if only full runs find drift. */
	readonly changes: ChangeStatus | null;
}

export interface DeliveryCounts {
	/** Not delivered yet. */
	readonly pending: number;
	/** Of these, after at least one failure. */
	readonly failing: number;
	/** Not delivered after three days, and not tried any more. */
	readonly givenUp: number;
}

export interface GaugeStore {
	countOpenHolds(): Promise<number>;
	countDeliveries(): Promise<DeliveryCounts>;
	readInstalledAt(): Promise<Date | null>;
}

/** @throws {SourceError} if the database does not answer */
export async function readGauges(
	store: GaugeStore & Pick<StatusStore, 'lastSuccess' | 'openByKind'>,
	pauses: Pick<PauseStore, 'currentPause'>,
	changes: Pick<ChangeService, 'status'>,
	daily: Pick<DailySettings, 'paused'>,
	now: Date
): Promise<Gauges> {
	const [lastSuccess, installedAt, pause, open, openHolds, deliveries, changed] = await Promise.all([
		store.lastSuccess(),
		store.readInstalledAt(),
		pauses.currentPause(now),
		store.openByKind(),
		store.countOpenHolds(),
		store.countDeliveries(),
		changes.status()
	]);
	return {
		lastSuccessAt: lastSuccess?.startedAt ?? null,
		installedAt,
		paused: daily.paused || pause !== null,
		open,
		openHolds,
		deliveries,
		changes: changed
	};
}
