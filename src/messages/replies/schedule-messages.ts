import type { Pause } from '../../reconciliation/schedule/pause.js';
import { escapeText, mention } from '../format/text.js';
import { ago, moment } from '../format/timestamps.js';

/** Replies and announcements about pauses and the next run. */

const REASON_LENGTH = 200;

const SETTING_WINS =
	'`RECONCILIATION_PAUSED` is true in the settings and wins: the daily runs stay paused until it is set to false and Reeve restarts.';

/** "paused by @ada 3 hours ago, until tomorrow: holidays". */
export function describePause({ pausedBy, pausedAt, until, reason }: Pause): string {
	const end = until === null ? 'until an operator resumes them' : `until ${moment(until)}`;
	return `paused by ${mention(pausedBy)} ${ago(pausedAt)}, ${end}${reason === null ? '' : `: ${escapeText(reason, REASON_LENGTH)}`}`;
}

/** Note for a manual run; empty while the daily runs are not paused. */
export function pausedNote(settingsPaused: boolean, pause: Pause | null): string {
	if (settingsPaused) return 'The daily runs are paused: RECONCILIATION_PAUSED is true in the settings.';
	return pause === null ? '' : `The daily runs are ${describePause(pause)}.`;
}

/** Answers `/reconcile pause`. */
export function pausedReply(pause: Pause, replaced: Pause | null, settingsPaused: boolean): string {
	const end = pause.until === null ? 'until you use `/reconcile resume`' : `until ${moment(pause.until)}`;
	return [
		`Paused: no daily run ${end}. A run by hand (\`/reconcile run\`) and fixes still work.`,
		...(replaced === null ? [] : [`This replaces the earlier pause: ${describePause(replaced)}.`]),
		...(settingsPaused ? [SETTING_WINS] : [])
	].join('\n');
}

export function pausedAnnouncement({ pausedBy, until, reason }: Pause): string {
	const end = until === null ? '' : ` until ${moment(until)}`;
	return `${mention(pausedBy)} paused the daily runs${end}${reason === null ? '' : `: ${escapeText(reason, REASON_LENGTH)}`}.`;
}

/**
 * Answers `/reconcile resume`.
 * @param ended - the pause that was ended; null if there was none
 */
export function resumedReply(ended: Pause | null, nextRunAt: Date | null, settingsPaused: boolean): string {
	const next =
		nextRunAt === null ? '' : ` The next daily run is ${ago(nextRunAt)}, ${moment(nextRunAt)}; \`/reconcile run\` compares everything now.`;
	const what = ended === null ? 'Nothing was changed: the daily runs were not paused by command.' : 'Resumed.';
	return settingsPaused ? `${what}\n${SETTING_WINS}` : `${what}${next}`;
}

export function resumedAnnouncement(actor: string, ended: Pause): string {
	return `${mention(actor)} resumed the daily runs, which were ${describePause(ended)}.`;
}
