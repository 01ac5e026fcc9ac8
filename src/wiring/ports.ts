import type { EventEmitter } from 'node:events';
import type { ILogger } from '@sapphire/framework';
import type { Client } from 'discord.js';
import { SYSTEM_TIMING } from '../async/backoff.js';
import { changeSettings, mailSettings, managedRoleSettings, watchesAuditLog, webhookSettings } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import { createGuild } from '../discord/guild.js';
import { createMemberWatch } from '../discord/member-watch.js';
import { createNames } from '../discord/names.js';
import { withChangedTexts } from '../discord/outgoing.js';
import type { RetryOptions } from '../discord/retry.js';
import { createRoleAuditLog } from '../discord/role-audit.js';
import { roleCallOptions } from '../discord/role-calls.js';
import { RoleIndex } from '../discord/role-index.js';
import type { ReeveEvents } from '../events.js';
import type { InFlightWork } from '../lifecycle.js';
import { createAnnouncer } from '../messages/delivery/announcer.js';
import { createBulkTracker } from '../messages/delivery/bulk-progress.js';
import { createMailer } from '../messages/delivery/mailer.js';
import { createMessenger } from '../messages/delivery/messenger.js';
import { newerReportUrl, reportUrl } from '../messages/delivery/reports.js';
import { createTargetedReports } from '../messages/delivery/targeted-reports.js';
import { createWebhookCaller } from '../messages/delivery/webhook.js';
import type { StripeMode } from '../messages/format/stripe-links.js';
import type { People } from '../reconciliation/domain/people.js';
import type { Ports } from '../reconciliation/domain/ports.js';
import { createRoleHistory } from '../reconciliation/origins/history.js';
import { channels, channelsFor, deliverRunReport, flushOutbox, type OutboxDeps } from '../reconciliation/outbox/outbox.js';
import type { Redactors } from '../redaction/redactor.js';
import type { Database } from '../store/connection/database.js';
import { createLedger } from '../store/ledger.js';
import { isTestKey } from '../stripe/api/key.js';
import { type BillingOptions, createBilling } from '../stripe/billing.js';
import { createEmit, type Emit, emitRun, emittingStore } from './emit-events.js';
import { loggingEmit } from './log-events.js';

/** Timeouts of the adapters; each has a default that suits the real services. */
export interface AdapterTimeouts {
	readonly stripe?: Pick<BillingOptions, 'deadlineMs' | 'timing'>;
	readonly discord?: RetryOptions;
	/** Maximum wait for the next chunk of the member list. */
	readonly listingTimeoutMs?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface ReeveOptions {
	readonly settings: Settings;
	readonly database: Database;
	readonly client: Client;
	readonly logger: Pick<ILogger, 'error' | 'warn' | 'info'>;
	readonly redactors: Redactors;
	readonly timeouts?: AdapterTimeouts;
	/** Changes a text that operators read in the admin channel or by mail; default: nothing. */
	readonly changeText?: (text: string) => string;
	/** Receives what happens. */
	readonly events?: Pick<EventEmitter<ReeveEvents>, 'emit'>;
	/** Where members and teams are kept; default: in the database. */
	readonly people?: People | undefined;
	/** The variables that are given, or the options as variables: they override what operators choose in Discord. Default: none. */
	readonly environment?: Environment;
	/** The environment that the next start would use; default: that of this process. */
	readonly nextEnvironment?: () => Environment;
	/** Puts newly stored settings into force. */
	readonly reload?: () => Promise<void>;
}

/** Connects the ports of the core to Stripe, Discord, the database and the admin channel. */
export function createPorts(options: ReeveOptions, lifecycle: InFlightWork) {
	const { settings, database, client, logger, redactors, timeouts = {} } = options;
	const guildId = settings.DISCORD_GUILD_ID;
	const channelId = settings.DISCORD_ADMIN_CHANNEL_ID ?? null;
	const verifyAfterMinutes = settings.RECONCILIATION_VERIFY_AFTER_MINUTES;
	const { changeText = (text: string) => text } = options;
	const outgoing = withChangedTexts(client, changeText);
	const emit: Emit = (name, ...args) => {
		logged(name, ...args);
		if (name === 'attempt') targeted.changed((args as ReeveEvents['attempt'])[0].at);
		if (name === 'run') targeted.changed((args as ReeveEvents['run'])[0].startedAt);
	};
	const logged = loggingEmit(createEmit(options.events, logger), logger);
	const ledger = createLedger(database, guildId, {
		verifyAfterMinutes,
		snapshotDays: settings.RECONCILIATION_SNAPSHOT_DAYS,
		people: options.people
	});
	const store = emittingStore(ledger, emit);
	const now = () => new Date();
	const stripeMode: StripeMode = isTestKey(settings.STRIPE_SECRET_KEY) ? 'test' : 'live';
	const namesOf = createNames(client, guildId);
	const mail = mailSettings(settings);
	const webhook = webhookSettings(settings);
	const messenger = createMessenger({
		client: outgoing,
		guildId,
		channelId,
		sendEmail:
			mail === null ? null : createMailer(mail, { email: (text) => changeText(redactors.distinctive(text)), errors: redactors.all }),
		mailWhen: mail?.when ?? 'issues',
		callWebhook:
			webhook === null
				? null
				: createWebhookCaller(webhook, { body: (text) => changeText(redactors.distinctive(text)), errors: redactors.all }),
		timeZone: settings.RECONCILIATION_TIMEZONE,
		stripeMode,
		readStates: (issueIds) => store.issueStates(issueIds),
		saveReportMessage: async (runId, channel, messageId) => {
			const closes = await store.setReportMessage(runId, channel, messageId, now());
			// A process that is stopping leaves it to the next one.
			if (closes && !lifecycle.shuttingDown) deliver(false);
		},
		reportMessage: (runId) => store.reportMessage(runId),
		newerReportUrl: (runId) => newerReportUrl(store, guildId, runId),
		saveHoldMessage: (holdId, channel, messageId) => store.setHoldMessage(holdId, channel, messageId),
		saveAlertMessage: (alertId, channel, messageId) => store.setAlertMessage(alertId, channel, messageId),
		reportUrl: (runId) => reportUrl(store, guildId, runId),
		namesOf,
		logger
	});
	const outbox: OutboxDeps = { outbox: store, messenger, now, onAttempt: (attempt) => emit('delivery', attempt), logger };
	const billing = createBilling({ ...billingOptions(settings), ...timeouts.stripe });
	const wanted = managedRoleSettings(settings);
	const roleIndex = changeSettings(settings) === null ? undefined : new RoleIndex();
	const trackReply = <T>(reply: () => Promise<T>) => lifecycle.trackReply(reply);
	const targeted = createTargetedReports({ client: outgoing, store, stripeMode, trackReply, logger });
	const announce = createAnnouncer({ client: outgoing, channelId, logger });
	const onUnexpectedError = (error: unknown) => logger.error('Unexpected error:', error);
	const deliver = (failedToo: boolean) => void lifecycle.track(() => flushOutbox(outbox, failedToo)).catch(onUnexpectedError);
	const roleHistory = watchesAuditLog(settings)
		? createRoleHistory({ auditLog: createRoleAuditLog({ client, guildId, wanted, memory: store }), store, now, logger })
		: null;
	const ports: Ports = {
		billing,
		guild: createGuild({
			client,
			guildId,
			wanted,
			memory: store,
			roleCalls: roleCallOptions(redactors.distinctive, timeouts.discord),
			listingTimeoutMs: timeouts.listingTimeoutMs,
			roleIndex,
			auditLog: watchesAuditLog(settings)
		}),
		origins: roleHistory,
		ledger: store,
		notifier: {
			channels: (result) => channelsFor(result, messenger),
			holdChannels: channels(messenger),
			deliver: () => deliver(false),
			report: (result) => {
				emitRun(result, emit);
				return deliverRunReport(outbox, result);
			},
			trackBulk: createBulkTracker({ client: outgoing, channelId, announce, trackReply, logger })
		},
		now,
		sleep: SYSTEM_TIMING.sleep,
		shouldContinue: () => !lifecycle.shuttingDown,
		onUnexpectedError
	};
	const members = createMemberWatch(client, guildId, roleIndex ?? new RoleIndex());
	return { ports, store, billing, members, outbox, outgoing, announce, targeted, namesOf, deliver, roleHistory, stripeMode };
}

export function billingOptions(settings: Settings): BillingOptions {
	return {
		secretKey: settings.STRIPE_SECRET_KEY,
		apiUrl: settings.STRIPE_API_URL,
		discordIdKey: settings.STRIPE_DISCORD_ID_KEY,
		requestsPerSecond: settings.STRIPE_REQUESTS_PER_SECOND
	};
}
