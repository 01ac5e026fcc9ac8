import { hasNothingNew, isNews, reminders } from '../detection/news.js';
import { recurred } from '../detection/verify-fixes.js';
import type { StoredAlert } from '../domain/alert.js';
import type { StoredHold } from '../domain/hold.js';
import type { Channel, MailWhen, MailWorthy } from '../domain/notification.js';
import type { ReconciliationResult } from '../domain/run.js';

/**
 * Transactional outbox: a notification is stored in the same transaction as the change that it reports, one message per channel, and
 * retried until it is delivered. States of a message:
 *
 * - pending: due at its `nextTryAt`.
 * - claimed: a process is delivering it. Still pending, but not due until the visibility timeout has passed, so that another process
 *   delivers it if this one dies.
 * - delivered: final.
 * - given up: the last attempt failed {@link GIVE_UP_AFTER_MS} or more after the message was created. Final; the row is kept.
 *
 * A failed attempt makes the message pending again, after an exponential backoff. Delivery is at least once: a process that dies between
 * sending a message and marking it sends it twice. An email that the server refused for some recipients is retried for those alone.
 */

export type Notification =
	| { readonly kind: 'run'; readonly result: ReconciliationResult }
	/** A newer report replaces the one of this run: its message is updated. */
	| { readonly kind: 'close'; readonly result: ReconciliationResult }
	/** The safety check refused a bulk fix that an operator asked for. */
	| { readonly kind: 'hold'; readonly hold: StoredHold }
	/** An operator released a hold: its message is updated. */
	| { readonly kind: 'release'; readonly hold: StoredHold }
	/** No run has succeeded since the last success, the installation or the end of a pause, whichever is latest. */
	| { readonly kind: 'overdue'; readonly since: Date }
	/** Something in the server keeps Reeve from working. */
	| { readonly kind: 'alert'; readonly alert: StoredAlert }
	/** A problem of an alert is over: its message is updated. */
	| { readonly kind: 'alert-update'; readonly alert: StoredAlert };

/** Discord has ended the connection for good. Only mailed, and not stored: the next start that could deliver it has another connection. */
export interface Disconnection {
	readonly kind: 'disconnected';
	readonly at: Date;
	/** Why, and what to do, for operators. */
	readonly reason: string;
}

/** A stored notification for one channel. */
export interface OutboxMessage {
	readonly id: string;
	readonly channel: Channel;
	/** What it reports: {@link runSubject}, {@link closeSubject}, {@link holdSubject}, {@link releaseSubject}, {@link overdueSubject}, {@link alertSubject} or {@link alertUpdateSubject}. */
	readonly subject: string;
	readonly createdAt: Date;
	/** Failed attempts so far. */
	readonly tries: number;
	/** Of an email: the addresses that have not got it yet; null for all. */
	readonly recipients: readonly string[] | null;
}

/** An email reached some of its recipients. `message`: whom it did not reach, why, and what an operator can do. */
export class PartialDeliveryError extends Error {
	public override readonly name = 'PartialDeliveryError';

	/** @param recipients - those that it did not reach */
	public constructor(
		message: string,
		public readonly recipients: readonly string[]
	) {
		super(message);
	}
}

export interface OutboxStore {
	/**
	 * Claims pending messages: no other process gets them before `until`.
	 * @param which - those due at a time (with `failedToo`, also those waiting for their backoff), or those with one subject
	 */
	claimMessages(
		which: { readonly due: Date; readonly failedToo?: boolean } | { readonly subject: string },
		until: Date
	): Promise<readonly OutboxMessage[]>;
	markDelivered(id: string, at: Date): Promise<void>;
	/**
	 * @param end.nextTryAt - null gives up
	 * @param end.recipients - those that the next attempt is for
	 */
	markFailed(
		id: string,
		end: { readonly error: string; readonly nextTryAt: Date | null; readonly at: Date; readonly recipients: readonly string[] | null }
	): Promise<void>;
	/** Adds one message per channel, unless there is one with this subject already. */
	addMessages(subject: string, channels: readonly Channel[], at: Date): Promise<void>;
	/** Null if there is no such run. */
	readReport(runId: string): Promise<{ readonly result: ReconciliationResult } | null>;
	/** Null if there is no such hold. */
	readHold(id: string): Promise<StoredHold | null>;
	/** Null if there is no such alert. */
	readAlert(id: string): Promise<StoredAlert | null>;
	/** When a full run last succeeded. */
	lastSuccessAt(): Promise<Date | null>;
	/** When the run over all members began that holds the lease now; null if there is none. */
	runningSince(): Promise<Date | null>;
}

/** The channels that are configured beside the admin channel. */
export interface Configured {
	/** Whether a mail server and a recipient are configured. */
	readonly mails: boolean;
	/** Missing: `issues`. */
	readonly mailWhen?: MailWhen;
	/** Whether a webhook is configured. */
	readonly webhooks: boolean;
}

/** Delivers notifications. Throws an error whose message says why, and what an operator can do. */
export interface Messenger extends Configured {
	post(notification: Notification): Promise<void>;
	/** @param recipients - null for all @throws {PartialDeliveryError} if it reached only some of them */
	mail(notification: Notification | Disconnection, recipients: readonly string[] | null): Promise<void>;
	/** @param queuedAt - the same at each try */
	callWebhook(notification: Notification, queuedAt: Date): Promise<void>;
}

/** Other processes skip a claimed message this long. */
const VISIBILITY_TIMEOUT_MS = 60_000;
const INITIAL_BACKOFF_MS = 60_000;
const MAX_BACKOFF_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

export const runSubject = (runId: string): string => `run:${runId}`;
export const closeSubject = (runId: string): string => `close:${runId}`;
export const holdSubject = (holdId: string): string => `hold:${holdId}`;
export const releaseSubject = (holdId: string): string => `release:${holdId}`;
export const overdueSubject = (since: Date): string => `overdue:${since.toISOString()}`;
export const alertSubject = (alertId: string): string => `alert:${alertId}`;
/** @param resolved - how many of its problems are over */
export const alertUpdateSubject = (alertId: string, resolved: number): string => `alert-update:${alertId}:${resolved}`;
export const disconnectedSubject = (at: Date): string => `disconnected:${at.toISOString()}`;

/** The admin channel always; mail and webhook if they are configured. */
export function channels({ mails, webhooks }: Configured): readonly Channel[] {
	return ['report', ...(mails ? (['mail'] as const) : []), ...(webhooks ? (['webhook'] as const) : [])];
}

/**
 * The channels for a run: mail and webhook only if something is wrong. A targeted run has a report only if it has news; one that failed is
 * repeated.
 */
export function channelsFor(result: MailWorthy, configured: Configured): readonly Channel[] {
	if (result.triggeredBy === 'targeted') return hasNews(result) ? ['report'] : [];
	if (!isWrong(result)) return ['report'];
	return channels({ ...configured, mails: configured.mails && (configured.mailWhen !== 'news' || isNewsToMail(result)) });
}

/** Whether a targeted run has found or done something that no earlier report shows. */
function hasNews({ status, issues, issuesFixed, onboarding = null }: MailWorthy): boolean {
	return status === 'COMPLETED' && onboarding === null && (issuesFixed > 0 || issues.some(isNews));
}

function isWrong(result: MailWorthy): boolean {
	// The operator who asked about one member sees the reply.
	if (result.onlyMember !== null) return false;
	if (result.status === 'FAILED') return true;
	if (result.isVerificationRun) return recurred(result).length > 0;
	return result.issuesFound > 0 || result.hold !== null;
}

/** Whether a run has more to say than the last one, or is a reminder of what has been open for long. */
function isNewsToMail(result: MailWorthy): boolean {
	return !hasNothingNew(result) || reminders(result.issues, result.news?.since ?? null, result.startedAt).length > 0;
}

/** An attempt to deliver a message. */
export interface DeliveryAttempt {
	readonly channel: Channel;
	/** As {@link OutboxMessage.subject}. */
	readonly subject: string;
	/** This one included. */
	readonly tries: number;
	readonly outcome: 'DELIVERED' | 'WILL_RETRY' | 'GIVEN_UP';
	/** Why it failed, for operators; null if it did not. */
	readonly error: string | null;
}

export interface OutboxDeps {
	readonly outbox: OutboxStore;
	readonly messenger: Messenger;
	readonly now: () => Date;
	readonly onAttempt: (attempt: DeliveryAttempt) => void;
	readonly logger: { error(...values: readonly unknown[]): void };
}

/**
 * Delivers the report of a run that has just ended. A failed run is reported even if the database is down and stored nothing of it.
 * Never throws.
 */
export async function deliverRunReport(deps: OutboxDeps, result: ReconciliationResult): Promise<void> {
	const { outbox, messenger, now, logger } = deps;
	const until = new Date(now().getTime() + VISIBILITY_TIMEOUT_MS);
	const messages = await outbox.claimMessages({ subject: runSubject(result.runId) }, until).catch((error: unknown) => {
		logger.error(`Could not read pending notifications for run ${result.runId}:`, error);
		return [];
	});
	const notification: Notification = { kind: 'run', result };
	for (const message of byAge(messages)) await attemptDelivery(deps, message, notification);
	if (messages.length > 0 || result.status !== 'FAILED') return;
	for (const channel of channelsFor(result, messenger)) {
		await send(messenger, { channel, recipients: null, createdAt: now() }, notification).catch((error: unknown) =>
			logger.error(`Run ${result.runId} failed, and its notification (${channel}) could not be delivered:`, error)
		);
	}
}

/** Mails, once, why Discord has ended the connection, if mail is configured. Never throws. */
export async function mailDisconnection({ messenger, now, onAttempt }: OutboxDeps, reason: string): Promise<void> {
	if (!messenger.mails) return;
	const at = now();
	const attempt = { channel: 'mail', subject: disconnectedSubject(at), tries: 1 } as const;
	try {
		await messenger.mail({ kind: 'disconnected', at, reason }, null);
		onAttempt({ ...attempt, outcome: 'DELIVERED', error: null });
	} catch (error) {
		onAttempt({ ...attempt, outcome: 'GIVEN_UP', error: error instanceof Error ? error.message : String(error) });
	}
}

/**
 * Delivers pending messages.
 * @param atStart - also those waiting for their backoff: a restart may have fixed what kept them from being delivered
 */
export async function flushOutbox(deps: OutboxDeps, atStart: boolean): Promise<void> {
	const now = deps.now();
	const messages = await deps.outbox.claimMessages({ due: now, failedToo: atStart }, new Date(now.getTime() + VISIBILITY_TIMEOUT_MS));
	for (const message of byAge(messages)) {
		const notification = await notificationOf(deps.outbox, message.subject);
		if (notification === null) continue;
		// Released before it was announced: there is nothing left to announce.
		if (notification.kind === 'hold' && notification.hold.releasedBy !== null) await deps.outbox.markDelivered(message.id, deps.now());
		else await attemptDelivery(deps, message, notification);
	}
}

const ORDER: readonly Channel[] = ['report', 'mail', 'webhook'];

/** Oldest first, and for one subject the report before the others, which link to it. */
function byAge(messages: readonly OutboxMessage[]): readonly OutboxMessage[] {
	return [...messages].sort(
		(a, b) =>
			a.createdAt.getTime() - b.createdAt.getTime() ||
			(a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : ORDER.indexOf(a.channel) - ORDER.indexOf(b.channel))
	);
}

async function notificationOf(outbox: OutboxStore, subject: string): Promise<Notification | null> {
	const [kind, key = ''] = [subject.slice(0, subject.indexOf(':')), subject.slice(subject.indexOf(':') + 1)];
	if (kind === 'overdue') return { kind, since: new Date(key) };
	if (kind === 'hold' || kind === 'release') {
		const hold = await outbox.readHold(key);
		return hold === null ? null : { kind, hold };
	}
	if (kind === 'alert' || kind === 'alert-update') {
		const alert = await outbox.readAlert(key.split(':')[0] ?? '');
		return alert === null ? null : { kind, alert };
	}
	const report = await outbox.readReport(key);
	return report === null ? null : { kind: kind === 'close' ? 'close' : 'run', result: report.result };
}

function send(
	messenger: Messenger,
	{ channel, recipients, createdAt }: Pick<OutboxMessage, 'channel' | 'recipients' | 'createdAt'>,
	notification: Notification
): Promise<void> {
	if (channel === 'webhook') return messenger.callWebhook(notification, createdAt);
	return channel === 'mail' ? messenger.mail(notification, recipients) : messenger.post(notification);
}

async function attemptDelivery(
	{ outbox, messenger, now, onAttempt, logger }: OutboxDeps,
	message: OutboxMessage,
	notification: Notification
): Promise<void> {
	const { id, channel, subject, tries, createdAt } = message;
	try {
		await send(messenger, message, notification);
		await outbox.markDelivered(id, now());
		onAttempt({ channel, subject, tries: tries + 1, outcome: 'DELIVERED', error: null });
	} catch (error) {
		const at = now();
		const givesUp = at.getTime() - createdAt.getTime() > GIVE_UP_AFTER_MS;
		const nextTryAt = givesUp ? null : new Date(at.getTime() + Math.min(INITIAL_BACKOFF_MS * 2 ** tries, MAX_BACKOFF_MS));
		const reason = error instanceof Error ? error.message : String(error);
		onAttempt({ channel, subject, tries: tries + 1, outcome: givesUp ? 'GIVEN_UP' : 'WILL_RETRY', error: reason });
		const recipients = error instanceof PartialDeliveryError ? error.recipients : message.recipients;
		await outbox
			.markFailed(id, { error: reason, nextTryAt, at, recipients })
			.catch((failure: unknown) => logger.error(`Could not record the failed delivery of ${channel} ${subject}:`, failure));
	}
}
