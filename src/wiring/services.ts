import { createChartService } from '../charts/service.js';
import { changesCheck, connectedChecks, externalChecks, guildChecks, lastRunCheck, onDemandChecks, storageChecks } from '../checks.js';
import {
	changeSettings,
	dailySettings,
	managedRoleSettings,
	runSettings,
	settingsFingerprint,
	statusSettings,
	watchesAuditLog,
	watchesChanges
} from '../config/derived.js';
import { createServerWatch } from '../discord/server-watch.js';
import { InFlightWork } from '../lifecycle.js';
import { createReportService } from '../messages/delivery/reports.js';
import { createAlertService } from '../reconciliation/alerts/service.js';
import { createChangeService } from '../reconciliation/changes/service.js';
import type { Track } from '../reconciliation/domain/ports.js';
import { createFixService } from '../reconciliation/fixes/service.js';
import { createHealthService } from '../reconciliation/health/service.js';
import { createImportService } from '../reconciliation/imports/service.js';
import { createMemberService } from '../reconciliation/members/service.js';
import { createPrivacyService } from '../reconciliation/privacy/forget.js';
import { readSnapshot } from '../reconciliation/runs/compare.js';
import { createRunService } from '../reconciliation/runs/service.js';
import { createScheduleService } from '../reconciliation/schedule/service.js';
import type { Reeve } from '../reeve.js';
import { ownBackups } from '../store/connection/automatic-backup.js';
import { createBilling } from '../stripe/billing.js';
import { readPriceCatalog } from '../stripe/price-catalog.js';
import { createSignedEventReader } from '../stripe/signed-event.js';
import { billingOptions, createPorts, type ReeveOptions } from './ports.js';
import { createPreviewService } from './preview.js';
import { createSetupService } from './setup.js';

/** Builds the services over the ports. */
export function createReeve(options: ReeveOptions): Reeve {
	const { settings, database, client, logger, redactors } = options;
	const guildId = settings.DISCORD_GUILD_ID;
	const lifecycle = new InFlightWork();
	const { ports, store, billing, members, outbox, outgoing, announce, targeted, namesOf, deliver, roleHistory, stripeMode } = createPorts(
		options,
		lifecycle
	);
	const track: Track = (work) => lifecycle.track(work);
	const run = runSettings(settings);
	const daily = dailySettings(settings);
	const verifyAfterMinutes = settings.RECONCILIATION_VERIFY_AFTER_MINUTES;
	const runs = createRunService({ ports, store, settings: run, verifyAfterMinutes, track });
	const { nextEnvironment = () => process.env, timeouts = {} } = options;
	const billingFor = (discordIdKey: string) =>
		discordIdKey === settings.STRIPE_DISCORD_ID_KEY
			? ports.billing
			: createBilling({ ...billingOptions(settings), ...timeouts.stripe, discordIdKey });
	const previewDeps = { client, guildId, store, billingFor, listingTimeoutMs: timeouts.listingTimeoutMs };
	const { STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_DISCORD_ID_KEY: discordIdKey } = settings;
	const isPaused = async () => daily.paused || (await store.currentPause(ports.now())) !== null;
	const changes = createChangeService({
		settings: changeSettings(settings),
		store,
		events: billing,
		members,
		readSignedEvent: webhookSecret === undefined ? null : createSignedEventReader({ secret: webhookSecret, discordIdKey }),
		compare: async (touched) => {
			const mayFix = async () => !(await isPaused());
			const result = await runs.start({ triggeredBy: 'targeted', ...(touched && { touched }), mayFix });
			return result?.status === 'COMPLETED' ? (result.postponed ?? []) : null;
		},
		isPaused,
		isSetUp: async () => (await store.acceptedRules()) !== null && (await store.currentOnboarding()) === null,
		lastFullRunAt: async () => (await store.lastSuccess())?.startedAt ?? null,
		now: ports.now,
		shouldContinue: ports.shouldContinue,
		track,
		logger
	});
	return {
		runs,
		changes,
		preview: createPreviewService(previewDeps, { settings, nextEnvironment, track }),
		setup: createSetupService({
			client,
			outgoing,
			logger,
			settings,
			environment: options.environment ?? {},
			store,
			billing: ports.billing,
			readCatalog: () => readPriceCatalog({ secretKey: settings.STRIPE_SECRET_KEY, apiUrl: settings.STRIPE_API_URL }),
			reload: options.reload ?? (async () => {}),
			listingTimeoutMs: timeouts.listingTimeoutMs,
			track
		}),
		fixes: createFixService({ ports, store, settings: run, track }),
		members: createMemberService({
			ports,
			billing,
			guild: ports.guild,
			store,
			policy: run.policy,
			namesOf,
			suggestPorts: {
				readSnapshot: (reading) => readSnapshot({ ...ports, ledger: store }, run.policy, { ...reading, onlyMember: null, lastGood: null }),
				readCustomers: async (customerIds) => (await billing.findImportCustomers(customerIds, [])).byId
			},
			track
		}),
		imports: createImportService({ billing, guild: ports.guild, ledger: store, now: ports.now, track }),
		privacy: createPrivacyService({
			store,
			backups: ownBackups(settings.DATA_DIR),
			now: ports.now,
			track
		}),
		schedule: createScheduleService({ ports, store, run, daily, guildId, track }),
		reports: createReportService({ client: outgoing, guildId, store, stripeMode, announce, targeted, outbox, logger }),
		health: createHealthService({
			ports,
			store,
			changes,
			daily,
			fixing: run,
			housekeeping: { store, outbox, recover: runs.recover },
			settingsFingerprint: settingsFingerprint(settings),
			checks: () => [
				...(client.isReady() ? guildChecks(settings, { client, managedRoles: store, justLoggedIn: false }) : []),
				...externalChecks(settings, [], redactors.all),
				...onDemandChecks(settings),
				...storageChecks(settings, database, store),
				lastRunCheck(settings, store),
				changesCheck(settings, changes)
			],
			startChecks: () => connectedChecks(settings, client, database, store),
			track
		}),
		charts: createChartService({ logger }),
		alerts: createAlertService({
			enabled: watchesChanges(settings),
			server: createServerWatch({
				client,
				guildId,
				channelId: settings.DISCORD_ADMIN_CHANNEL_ID ?? null,
				wanted: managedRoleSettings(settings),
				memory: store,
				auditLog: watchesAuditLog(settings)
			}),
			store,
			channels: ports.notifier.holdChannels,
			deliver,
			now: ports.now,
			track,
			logger
		}),
		roleHistory: roleHistory ?? { start: () => {}, stop: async () => {} },
		lifecycle,
		operators: { guildId, roleIds: settings.DISCORD_OPERATOR_ROLE_IDS },
		settings: {
			...statusSettings(settings),
			database: database.kind,
			schema: database.schema,
			timeZone: settings.RECONCILIATION_TIMEZONE,
			stripeMode
		},
		database
	};
}
