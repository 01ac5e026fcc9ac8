import { recurred } from '../detection/verify-fixes.js';
import type { StoredHold } from '../domain/hold.js';
import type { Channel, MailWorthy } from '../domain/notification.js';
import type { ReconciliationResult } from '../domain/run.js';
/** Something that the operators are to be told. */
export type Notification =
	| { readonly kind: 'run'; readonly result: ReconciliationResult }
	/** The safety check has refused a bulk fix that an operator asked for. */
	| { readonly kind: 'hold'; readonly hold: StoredHold }
	/** No run has succeeded for a long time. `since` is when it last did, or when Reeve was installed or resumed after that. */
	| { readonly kind: 'overdue'; readonly since: Date };

/** A report or a mail that is on its way. */
export interface OutboxMessage {
	readonly id: string;
	readonly channel: Channel;
	/** What is told: {@link runSubject}, {@link holdSubject} or {@link overdueSubject}. */
	readonly subject: string;
	readonly createdAt: Date;
	/** How often it has been tried in vain. */
	readonly tries: number;
}

/** What delivering asks of the database. */
export interface OutboxStore {
	/**
	 * Takes on what waits to be delivered: nobody else gets it before `until`, when it is due again should this process die.
	 * @param which - what is due, what is about one thing, or, at start, also all that has failed before
	 */
	claimMessages(
		which: { readonly due: Date; readonly failedToo?: boolean } | { readonly subject: string },
		until: Date
	): Promise<readonly OutboxMessage[]>;
	markDelivered(id: string, at: Date): Promise<void>;
	/** @param nextTryAt - null gives it up; the row stays */
	markFailed(id: string, end: { readonly error: string; readonly nextTryAt: Date | null; readonly at: Date }): Promise<void>;
	/** Adds what is to be told, unless it has been already. */
	addMessages(subject: string, channels: readonly Channel[], at: Date): Promise<void>;
	/** A run's result, and where its report is; null if there is no such run. */
	readReport(runId: string): Promise<{ readonly result: ReconciliationResult } | null>;
	/** Null if there is no such hold. */
	readHold(id: string): Promise<StoredHold | null>;
	/** When a run over everybody last read everything. */
	lastSuccessAt(): Promise<Date | null>;
	/** Whether a run is under way, in this or another process. */
	isRunning(): Promise<boolean>;
}

/** How things are told. Each method throws an error whose message says, in the operator's words, why it did not work. */
export interface Messenger {
	/** Whether there is a mail server, and somebody to get mails. */
	readonly mails: boolean;
	post(news: Notification): Promise<void>;
	mail(news: Notification): Promise<void>;
}

/** While somebody has it in hand, nobody else tries. */
const VISIBILITY_TIMEOUT_MS = 60_000;
const INITIAL_BACKOFF_MS = 60_000;
const MAX_BACKOFF_MS = 3_600_000;
/** What could not be told for so long is news no more; the row stays. */
const GIVE_UP_AFTER_MS = 3 * 86_400_000;

export const runSubject = (runId: string): string => `run:${runId}`;
export const holdSubject = (holdId: string): string => `hold:${holdId}`;
export const overdueSubject = (since: Date): string => `overdue:${since.toISOString()}`;

/** By which ways the operators hear of a run: always by its report; by mail only when something is wrong that nobody has been told of. */
export function channelsFor(result: MailWorthy, mails: boolean): readonly Channel[] {
	return mails && deservesMail(result) ? ['report', 'mail'] : ['report'];
}

/** By which ways the operators hear of a bulk fix that the safety check refused. */
export function channelsForHold(mails: boolean): readonly Channel[] {
	return mails ? ['report', 'mail'] : ['report'];
}

function deservesMail(result: MailWorthy): boolean {
	if (result.status === 'FAILED') return true;
	// Whoever asks about one person is there, and sees the answer.
	if (result.onlyMember !== null) return false;
	if (result.isVerificationRun) return recurred(result).length > 0;
	return result.issuesFound > 0 || result.hold !== null;
}

/** What delivering stands on. */
export interface OutboxDeps {
	readonly outbox: OutboxStore;
	readonly messenger: Messenger;
	readonly now: () => Date;
	readonly logger: { error(...values: readonly unknown[]): void };
}

/**
 * Tells of a run that has just ended. A failed run is told also where the database is away and nothing could be stored of it.
 * Never throws.
 */
export async function deliverRunReport(post: OutboxDeps, result: ReconciliationResult): Promise<void> {
	const { outbox, messenger, now, logger } = post;
	const until = new Date(now().getTime() + VISIBILITY_TIMEOUT_MS);
	const taken = await outbox.claimMessages({ subject: runSubject(result.runId) }, until).catch((error: unknown) => {
		logger.error(`What is to be told of run ${result.runId} could not be read:`, error);
		return [];
	});
	const news: Notification = { kind: 'run', result };
	for (const delivery of byAge(taken)) await attemptDelivery(post, delivery, news);
	if (taken.length > 0 || result.status !== 'FAILED') return;
	for (const channel of channelsFor(result, messenger.mails)) {
		await send(messenger, channel, news).catch((error: unknown) =>
			logger.error(`Run ${result.runId} failed, and nobody could be told:`, error)
		);
	}
}

/**
 * Tries again what could not be delivered.
 * @param atStart - also what is not due yet: what was wrong may have been mended, so that Reeve was started again
 */
export async function flushOutbox(post: OutboxDeps, atStart: boolean): Promise<void> {
	const now = post.now();
	const taken = await post.outbox.claimMessages({ due: now, failedToo: atStart }, new Date(now.getTime() + VISIBILITY_TIMEOUT_MS));
	for (const delivery of byAge(taken)) {
		const news = await notificationOf(post.outbox, delivery.subject);
		if (news !== null) await attemptDelivery(post, delivery, news);
	}
}

/** The oldest first, and of one thing the report before the mail, which leads to it. */
function byAge(deliveries: readonly OutboxMessage[]): readonly OutboxMessage[] {
	return [...deliveries].sort(
		(a, b) =>
			a.createdAt.getTime() - b.createdAt.getTime() ||
			(a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.channel === 'report' ? -1 : 1)
	);
}

async function notificationOf(book: OutboxStore, subject: string): Promise<Notification | null> {
	const [kind, about = ''] = [subject.slice(0, subject.indexOf(':')), subject.slice(subject.indexOf(':') + 1)];
	if (kind === 'overdue') return { kind, since: new Date(about) };
	if (kind === 'hold') {
		const hold = await book.readHold(about);
		return hold === null ? null : { kind, hold };
	}
	const report = await book.readReport(about);
	return report === null ? null : { kind: 'run', result: report.result };
}

function send(messenger: Messenger, channel: Channel, news: Notification): Promise<void> {
	return channel === 'mail' ? messenger.mail(news) : messenger.post(news);
}

async function attemptDelivery({ outbox, messenger, now, logger }: OutboxDeps, delivery: OutboxMessage, news: Notification): Promise<void> {
	const { id, channel, subject, tries, createdAt } = delivery;
	try {
		await send(messenger, channel, news);
		await outbox.markDelivered(id, now());
	} catch (error) {
		const at = now();
		const late = at.getTime() - createdAt.getTime() > GIVE_UP_AFTER_MS;
		const nextTryAt = late ? null : new Date(at.getTime() + Math.min(INITIAL_BACKOFF_MS * 2 ** tries, MAX_BACKOFF_MS));
		const why = error instanceof Error ? error.message : String(error);
		logger.error(`The ${channel} of ${subject} was not delivered${late ? ', and is given up' : ', and is tried again'}: ${why}`);
		await outbox
			.markFailed(id, { error: why, nextTryAt, at })
			.catch((failure: unknown) => logger.error('That could not be stored:', failure));
	}
}
