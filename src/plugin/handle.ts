import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ILogger } from '@sapphire/framework';
import { withChangedTexts } from '../discord/outgoing.js';
import type { ReeveEvents } from '../events.js';
import { NotRunningError } from '../lifecycle.js';
import type { FixResult } from '../reconciliation/fixes/fix.js';
import type { Status } from '../reconciliation/health/status.js';
import type { ExemptResult } from '../reconciliation/members/exemption.js';
import type { Explanation } from '../reconciliation/members/explain.js';
import type { LinkResult, UnlinkResult } from '../reconciliation/members/link.js';
import { RunInProgressError } from '../reconciliation/runs/run.js';
import type { Pause } from '../reconciliation/schedule/pause.js';
import type { ReconciliationResult } from '../reconciliation/types.js';
import type { Reeve } from '../reeve.js';

/** Who asks, for the reports and the audit log. */
export interface By {
	/** Discord ID of an operator; default: that of the bot. */
	readonly by?: string;
}

/**
 * Reeve in a bot: `container.reeve`. The methods wait until Reeve is ready, and reject with a {@link NotRunningError}, whose message says
 * why, if it is disabled or has been stopped.
 */
export interface ReeveHandle {
	/** Resolves when Reeve is logged in and its schedule runs. Rejects with the reason if it is disabled; ignoring that is fine. */
	readonly ready: Promise<void>;
	readonly events: EventEmitter<ReeveEvents>;
	/**
	 * Compares everyone now, or one member, and posts the report.
	 * @param options.member - Discord ID
	 * @param options.autoFix - false: report only, whatever the options say
	 * @throws {RunInProgressError}
	 */
	run(options?: By & { readonly member?: string; readonly autoFix?: boolean }): Promise<ReconciliationResult>;
	/**
	 * Compares these members, one after the other: for a webhook of Stripe's, or whatever else changes what they should have. Waits for a run in
	 * progress, up to 5 minutes.
	 * @param discordIds - without duplicates
	 */
	check(discordIds: readonly string[], options?: By & { readonly autoFix?: boolean }): Promise<readonly ReconciliationResult[]>;
	/** Applies the current plan of an open issue. */
	fix(issueId: string, options?: By): Promise<FixResult>;
	/** Explains what a member should have, and why. Changes nothing. */
	why(discordId: string): Promise<Explanation>;
	status(): Promise<Status>;
	/** Stops the daily runs. @param until - null: until `resume` */
	pause(until: Date | null, reason: string | null, options?: By): Promise<Pause>;
	/** Ends the pause in force. @returns it; null if there was none */
	resume(options?: By): Promise<Pause | null>;
	/** Links a Stripe customer to a member unless something conflicts. Changes no role. */
	link(discordId: string, customerId: string, options?: By): Promise<LinkResult>;
	/** Removes the link between a member and a customer. Changes no role. Null if there is none in the database. */
	unlink(discordId: string, customerId: string, options?: By): Promise<UnlinkResult | null>;
	/** Exempts a member: Reeve leaves their roles alone. @param exemption.until - null: until an operator ends it */
	exempt(discordId: string, exemption: By & { readonly reason: string; readonly until: Date | null }): Promise<ExemptResult>;
	/**
	 * Stops Reeve: refuses new work, waits for what is in progress, and closes its database. What is not finished in time is resumed at the
	 * next start. Never rejects. The bot itself goes on.
	 * @param ms - for all together; default: 8,000
	 */
	stop(ms?: number): Promise<void>;

	/** What Reeve's own pieces use. @throws {NotRunningError} @internal */
	readonly services: Reeve;
	/** Whether the database is open. @internal */
	readonly isOpen: boolean;
	/** The bot's logger, without Reeve's secrets. @internal */
	readonly logger: Pick<ILogger, 'debug' | 'info' | 'warn' | 'error'>;
	/** A view of an interaction whose replies name things as they are called in this bot, without Reeve's secrets. @internal */
	reworded<Target extends object>(interaction: Target): Target;
	/** Name of the slash command. @internal */
	readonly commandName: string;
	/** Name of the command in a user's context menu. @internal */
	readonly contextMenuName: string;
}

/** How often `check` tries again while another run is in progress, and how long. */
const BUSY_RETRY_MS = 2_000;
const BUSY_TIMEOUT_MS = 300_000;

const DEFAULT_STOP_MS = 8_000;

/** What the plugin does for the handle. */
export interface HandleParts {
	readonly commandName: string;
	readonly contextMenuName: string;
	readonly logger: () => ReeveHandle['logger'];
	/** Changes a text that operators read in Discord. */
	readonly changeText: (text: string) => string;
	/** The bot's own Discord ID. */
	readonly botId: () => string;
}

export class MountedReeve implements ReeveHandle {
	public readonly events = new EventEmitter<ReeveEvents>();
	public readonly ready: Promise<void>;
	private readonly settleReady: { readonly resolve: () => void; readonly reject: (reason: Error) => void };
	private open: Reeve | null = null;
	/** Why it does not run. */
	private reason: Error = new NotRunningError('Reeve has not started yet: it starts when the bot logs in.');
	private closing: Promise<void> | null = null;
	/** Stops the schedule. Null until the login has begun. */
	private stopSchedule: (() => Promise<void>) | null = null;
	/** Whether the schedule has started. */
	private scheduled = false;
	/** Set by the start: what `stop` has to do. */
	private shutDown: ((ms: number) => Promise<void>) | null = null;

	public constructor(private readonly parts: HandleParts) {
		let settle: MountedReeve['settleReady'] | undefined;
		this.ready = new Promise((resolve, reject) => {
			settle = { resolve, reject };
		});
		this.settleReady = settle as MountedReeve['settleReady'];
		// Not every bot waits for it.
		this.ready.catch(() => {});
	}

	public get services(): Reeve {
		if (this.open === null) throw this.reason;
		return this.open;
	}

	public get isOpen(): boolean {
		return this.open !== null;
	}

	public get isStopped(): boolean {
		return this.closing !== null;
	}

	public get isScheduled(): boolean {
		return this.scheduled;
	}

	public get logger(): ReeveHandle['logger'] {
		return this.parts.logger();
	}

	public reworded<Target extends object>(interaction: Target): Target {
		return withChangedTexts(interaction, this.parts.changeText);
	}

	public get commandName(): string {
		return this.parts.commandName;
	}

	public get contextMenuName(): string {
		return this.parts.contextMenuName;
	}

	/** The database is open. @param shutDown - closes it, and what is started later */
	public opened(services: Reeve, shutDown: (ms: number) => Promise<void>): void {
		this.open = services;
		this.shutDown = shutDown;
	}

	/** New settings are in force: what is called from now on uses them. */
	public replaced(services: Reeve): void {
		if (this.open !== null) this.open = services;
	}

	/** The bot is about to log in. */
	public startsSchedule(stop: () => Promise<void>): void {
		this.stopSchedule = stop;
	}

	/** Waits for the schedule, unless the login has not begun: who waits for this before it would wait for ever. @returns stops the schedule */
	public async whenScheduled(): Promise<() => Promise<void>> {
		if (this.open !== null || this.closing !== null) await this.ready;
		return async () => this.stopSchedule?.();
	}

	/** Logged in, and the schedule runs. */
	public started(): void {
		this.scheduled = true;
		this.settleReady.resolve();
	}

	/** Reeve cannot start or go on. Closes what is open. */
	public async disable(reason: Error): Promise<void> {
		this.settleReady.reject(reason);
		await this.close(new NotRunningError(`Reeve does not run: ${reason.message}`, { cause: reason }), 0);
	}

	public async stop(ms = DEFAULT_STOP_MS): Promise<void> {
		const reason = new NotRunningError('Reeve has been stopped. Nothing was changed; try again when the bot has been restarted.');
		this.settleReady.reject(reason);
		await this.close(reason, ms);
	}

	private close(reason: NotRunningError, ms: number): Promise<void> {
		this.closing ??= (async () => {
			if (this.open === null) this.reason = reason;
			await this.shutDown?.(ms);
			this.reason = reason;
			this.open = null;
		})();
		return this.closing;
	}

	private async actor({ by }: By): Promise<string> {
		await this.ready;
		return by ?? this.parts.botId();
	}

	public async run({ member, autoFix, ...options }: By & { readonly member?: string; readonly autoFix?: boolean } = {}) {
		const requestedBy = await this.actor(options);
		const result = await this.services.runs.start({
			triggeredBy: 'manual',
			requestedBy,
			...(member === undefined ? {} : { onlyMember: member }),
			...(autoFix === undefined ? {} : { autoFix })
		});
		if (result === null) throw new RunInProgressError();
		return result;
	}

	public async check(discordIds: readonly string[], options: By & { readonly autoFix?: boolean } = {}) {
		const deadline = Date.now() + BUSY_TIMEOUT_MS;
		const results: ReconciliationResult[] = [];
		for (const member of new Set(discordIds)) {
			for (let result: ReconciliationResult | null = null; result === null; ) {
				try {
					result = await this.run({ ...options, member });
					results.push(result);
				} catch (error) {
					if (!(error instanceof RunInProgressError) || Date.now() > deadline) throw error;
					await sleep(BUSY_RETRY_MS);
				}
			}
		}
		return results;
	}

	public async fix(issueId: string, options: By = {}): Promise<FixResult> {
		const actor = await this.actor(options);
		const { fixes, reports } = this.services;
		const issue = await fixes.openIssue(issueId);
		if (issue === null) return { kind: 'unknown' };
		const result = await fixes.apply({ issueId, planHash: issue.planHash, runId: issue.lastRunId, actor });
		await reports.refresh(issue.lastRunId);
		return result;
	}

	public async why(discordId: string): Promise<Explanation> {
		await this.ready;
		return this.services.members.explain(discordId);
	}

	public async status(): Promise<Status> {
		await this.ready;
		return this.services.health.status();
	}

	public async pause(until: Date | null, reason: string | null, options: By = {}): Promise<Pause> {
		const actor = await this.actor(options);
		return (await this.services.schedule.pause({ until, reason, actor })).pause;
	}

	public async resume(options: By = {}): Promise<Pause | null> {
		const actor = await this.actor(options);
		return (await this.services.schedule.resume({ actor })).ended;
	}

	public async link(discordId: string, customerId: string, options: By = {}): Promise<LinkResult> {
		const actor = await this.actor(options);
		return this.services.members.link({ discordId, customerId, actor, confirmed: null });
	}

	public async unlink(discordId: string, customerId: string, options: By = {}): Promise<UnlinkResult | null> {
		const actor = await this.actor(options);
		const { members } = this.services;
		const found = await members.links(discordId);
		if (found.kind === 'unreadable') return found;
		const link = found.links.find((row) => (row.customer?.customer.id ?? row.customerId) === customerId);
		return link === undefined ? null : members.unlink({ discordId, hash: link.hash, actor });
	}

	public async exempt(discordId: string, { reason, until, ...options }: By & { readonly reason: string; readonly until: Date | null }) {
		const actor = await this.actor(options);
		return this.services.members.exempt({ discordId, reason, until, actor });
	}
}
