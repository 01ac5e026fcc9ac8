import type { ILogger, SapphireClient } from '@sapphire/framework';
import { type Client, type CloseEvent, Events, GatewayIntentBits, type Guild } from 'discord.js';
import { settleWithin, withDeadline } from '../async/timeout.js';
import { externalChecks } from '../checks.js';
import { databaseSettings, watchesAuditLog } from '../config/derived.js';
import { withStoredSettings } from '../config/stored-settings.js';
import { disconnectReason } from '../discord/login.js';
import { resumeFixes } from '../interactions/resume-fixes.js';
import { runShutdownSteps, ShuttingDownError } from '../lifecycle.js';
import { withReadableErrors } from '../people/readable-errors.js';
import { registerCommandsIn } from '../pieces.js';
import type { People } from '../reconciliation/domain/people.js';
import type { Schedule } from '../reconciliation/domain/ports.js';
import { type CheckResult, runChecks } from '../reconciliation/health/doctor.js';
import { startSchedule } from '../reconciliation/schedule/scheduler.js';
import type { Reeve } from '../reeve.js';
import { type Database, openDatabase } from '../store/connection/database.js';
import { claimDatabase } from '../store/connection/owner.js';
import { settingStore } from '../store/settings.js';
import { createReeve } from '../wiring/services.js';
import { StartError } from './errors.js';
import type { MountedReeve } from './handle.js';
import { startHttp } from './http.js';
import type { ParsedOptions } from './options.js';
import { redactorsFor } from './secrets.js';
import { createTaskSchedule, DRIVEN_BY_BOT, hasTaskStore, loadTasksIntoBot } from './task-driver.js';

const LOG_LEVEL_OF = { ok: 'debug', warning: 'warn', error: 'error', blocking: 'error' } as const satisfies Record<
	CheckResult['verdict'],
	keyof ILogger
>;

/** Waiting for replies to operators, and for a database that does not respond; both within the time that a stop has. */
const REPLIES_MS = 1_500;
const CLOSE_TIMEOUT_MS = 750;

/** New settings in place of old ones: fixes in progress end with the member they are at. */
const RELOAD_WORK_MS = 60_000;

/** The login of the bot waits for this check. */
const PEOPLE_TIMEOUT_MS = 30_000;

/** For the mail about a lost connection: the process may end only after it. */
const MAIL_TIMEOUT_MS = 20_000;

/** Without these Discord sends neither the server nor its members. */
const INTENTS = { Guilds: GatewayIntentBits.Guilds, GuildMembers: GatewayIntentBits.GuildMembers } as const;

/** What a mounted Reeve starts with. */
export interface Mount {
	readonly handle: MountedReeve;
	readonly options: ParsedOptions;
	readonly client: SapphireClient;
	/** Changes a text that operators read in Discord or by mail. */
	readonly changeText: (text: string) => string;
	/** Receives the reason if Reeve cannot go on. */
	readonly disable: (reason: unknown) => Promise<void>;
}

/** A Reeve whose database is open. */
export interface OpenReeve {
	readonly database: Database;
	readonly shutdownSteps: (() => Promise<unknown>)[];
	/** Begins to watch what changes; services that replace these go on with it. */
	readonly startWatching: () => void;
}

/**
 * Opens the database, migrates it, and builds the services. Nothing is sent to Discord.
 * @returns null if Reeve was stopped meanwhile
 * @throws {DatabaseError | StartError} whose message says why, for operators
 */
export async function open({ handle, options, client, disable, changeText }: Mount): Promise<OpenReeve | null> {
	const { settings } = options;
	// Even if Reeve cannot start: the bot's queue may have their jobs from an earlier start.
	if (usesTasksOfBot(options)) await loadTasksIntoBot(handle.logger);
	assertIntents(client, watchesAuditLog(settings) ? { ...INTENTS, GuildModeration: GatewayIntentBits.GuildModeration } : INTENTS);
	const redactors = redactorsFor(client, settings);
	const people = options.people && withReadableErrors(options.people, handle.logger);
	await checkPeople(people);
	const place = databaseSettings(settings);
	const database = await openDatabase({ ...place, redact: redactors.distinctive, onNotice: (notice) => handle.logger.info(notice) });
	if (handle.isStopped) {
		await database.close();
		return null;
	}
	const { logger, events } = handle;
	const shutdownSteps: OpenReeve['shutdownSteps'] = [];
	const stored = settingStore(database, place.guild.guildId);
	const createServices = async () => {
		const values = await stored.readSettings();
		return createReeve({
			settings: options.settingsWith(values),
			database,
			client,
			logger,
			redactors,
			events,
			changeText,
			people,
			environment: options.environment,
			nextEnvironment: () => withStoredSettings(options.nextEnvironment(), values),
			reload
		});
	};
	let isWatching = false;
	const startWatching = () => {
		if (handle.isStopped) return;
		isWatching = true;
		handle.services.alerts.start();
		handle.services.changes.start();
		handle.services.roleHistory.start();
		// First: what is compared from then on would delay the stop.
		shutdownSteps.unshift(() => settleWithin(CLOSE_TIMEOUT_MS, stopWatching(handle.services)));
	};
	/** Builds the services anew, with the settings that are stored now. Work in progress is stopped and resumed, as in a restart. */
	const reload = async () => {
		const before = handle.services;
		const services = await createServices();
		handle.replaced(services);
		// The old ones stop watching only after the new ones have begun.
		if (isWatching && !handle.isStopped) {
			services.alerts.start();
			services.changes.start();
			services.roleHistory.start();
		}
		await stopWatching(before);
		await logSettingsChanges(services, logger);
		const stopped = before.lifecycle.shutdown({ workMs: RELOAD_WORK_MS, repliesMs: REPLIES_MS });
		shutdownSteps.push(() => settleWithin(REPLIES_MS, stopped));
		void stopped.then(() => services.runs.recover()).then(() => resumeFixes(services, logger), logFailure(logger, 'Resuming the fixes'));
	};
	const services = await createServices();
	const onInvitation = (guild: Guild) => {
		if (guild.id !== settings.DISCORD_GUILD_ID) return;
		const claim = () => claimDatabase(database, place.guild);
		startInGuild(guild, handle, options.commandName !== false, claim).catch((error: unknown) => disable(error));
	};
	client.on(Events.GuildCreate, onInvitation);
	let closeHttp = async () => {};
	handle.opened(services, async (ms) => {
		client.off(Events.GuildCreate, onInvitation);
		const workMs = Math.max(0, ms - REPLIES_MS - 2 * CLOSE_TIMEOUT_MS);
		const steps = [
			...shutdownSteps,
			() => handle.services.lifecycle.shutdown({ workMs, repliesMs: Math.min(REPLIES_MS, ms) }),
			// Until now it answers, that Reeve is shutting down.
			() => closeHttp(),
			() => settleWithin(CLOSE_TIMEOUT_MS, database.close())
		];
		await runShutdownSteps(steps, Math.max(ms, CLOSE_TIMEOUT_MS), (error) => logger.error('Shutdown step failed:', error));
	});
	closeHttp = await startHttp({ settings, client, handle, redact: redactors.all });
	// Stopped while it began to listen.
	if (handle.isStopped) await closeHttp();
	await logSettingsChanges(services, logger);
	return { database, shutdownSteps, startWatching };
}

async function stopWatching({ alerts, changes, roleHistory }: Reeve): Promise<void> {
	await Promise.all([alerts.stop(), changes.stop(), roleHistory.stop()]);
}

async function logSettingsChanges({ health }: Reeve, logger: MountedReeve['logger']): Promise<void> {
	for (const { name, before, after } of await health.recordSettingsChanges())
		logger.info(`Setting ${name} changed since the last start: ${before || '(empty)'} → ${after || '(empty)'}.`);
}

/** Waits for the login, settles what was interrupted, and starts the schedule. @throws {DatabaseError} and errors of the database */
export async function start(mount: Mount, { database, shutdownSteps, startWatching }: OpenReeve): Promise<void> {
	const { handle, options, client } = mount;
	const { settings } = options;
	await untilReady(client);
	if (handle.isStopped) return;
	const { logger, services } = handle;
	shutdownSteps.push(watchConnection(mount));
	if (client.guilds.cache.has(settings.DISCORD_GUILD_ID)) await claimDatabase(database, databaseSettings(settings).guild);
	// Not awaited: a service that does not respond must not delay the start.
	const external = runChecks(externalChecks(settings, [], redactorsFor(client, settings).all));
	void Promise.all([external, services.health.checkAtStart()]).then((results) => reportChecks(results.flat(), services, logger));
	if (client.guilds.cache.has(settings.DISCORD_GUILD_ID)) await welcome(services, logger);
	await services.runs.recover();
	// Neither is awaited: many fixes take minutes, and a mail server may not respond.
	void resumeFixes(services, logger);
	void services.health.housekeep({ atStart: true }).catch(logFailure(logger, 'Delivering pending notifications'));
	const schedule = await scheduleOf(mount, services, logger);
	// Before it starts: catching up on a missed day takes a while, and a stop may arrive meanwhile.
	shutdownSteps.unshift(() => schedule.stop());
	handle.startsSchedule(() => schedule.stop());
	if (handle.isStopped) return;
	startWatching();
	const catchUpNow = () => {
		handle.started();
		return catchUp(handle.services, logger);
	};
	await startSchedule(schedule, catchUpNow, logFailure(logger, 'The due verification'));
}

/**
 * Discord ends a connection for good when the token is reset, for example: discord.js then does nothing more. Reeve mails the reason, and
 * is disabled.
 * @returns stops watching
 */
function watchConnection({ client, handle, disable, changeText }: Mount): () => Promise<void> {
	const onDisconnect = async ({ code }: CloseEvent) => {
		if (handle.isStopped) return;
		const reason = changeText(disconnectReason(code));
		await settleWithin(MAIL_TIMEOUT_MS, handle.services.reports.mailDisconnection(reason));
		await disable(new StartError(reason));
	};
	client.once(Events.ShardDisconnect, onDisconnect);
	return async () => void client.off(Events.ShardDisconnect, onDisconnect);
}

async function scheduleOf({ options }: Mount, services: Reeve, logger: MountedReeve['logger']): Promise<Schedule> {
	if (usesTasksOfBot(options)) return DRIVEN_BY_BOT;
	const { REDIS_URL: url } = options.settings;
	const redis = url === undefined ? null : { url, queue: await services.schedule.queueName() };
	return createTaskSchedule(redis, logger, (task, error) => logFailure(logger, `Scheduled task ${task}`)(error));
}

/** Whether the bot's queue drives the tasks: not if Reeve has a Redis of its own. */
function usesTasksOfBot({ schedule, settings }: ParsedOptions): boolean {
	return schedule === 'auto' && settings.REDIS_URL === undefined && hasTaskStore();
}

/** @throws {SourceError | StartError} if the bot's members cannot be read by the names in the options, or not in time */
async function checkPeople(people: People | undefined): Promise<void> {
	if (people?.check === undefined) return;
	await withDeadline(PEOPLE_TIMEOUT_MS, people.check(), () => {
		const seconds = PEOPLE_TIMEOUT_MS / 1000;
		return new StartError(
			`${people.name} did not answer within ${seconds} seconds. Check that the bot reaches its database, then start it again.`
		);
	});
}

function assertIntents({ options }: Client, needed: Readonly<Record<string, GatewayIntentBits>>): void {
	const missing = Object.entries(needed).filter(([, bit]) => !options.intents.has(bit));
	if (missing.length === 0) return;
	const names = missing.map(([name]) => `GatewayIntentBits.${name}`).join(' and ');
	throw new StartError(
		`the client does not have ${missing.length === 1 ? 'an intent' : 'intents'} that Reeve needs. Add ${names} to the client's intents, and switch on "Server Members Intent": Discord Developer Portal → your application → Bot → Privileged Gateway Intents.`
	);
}

function untilReady(client: Client): Promise<void> {
	if (client.isReady()) return Promise.resolve();
	return new Promise((resolve) => void client.once(Events.ClientReady, () => resolve()));
}

/** Logs the results, and announces those that block every run and that no alert shows. Never throws. */
async function reportChecks(results: readonly CheckResult[], { reports, alerts }: Reeve, logger: MountedReeve['logger']): Promise<void> {
	for (const { verdict, subject, message } of results) logger[LOG_LEVEL_OF[verdict]](`${subject}: ${message}`);
	const alerted = await alerts.checkNow();
	await reports.announceBlocking(results.filter(({ message }) => !alerted.has(message)));
}

/** Says what an operator has to do next, if there is something. */
async function welcome({ setup }: Reeve, logger: MountedReeve['logger']): Promise<void> {
	if (await setup.welcome()) logger.info('Reeve is not set up completely: use /reconcile setup in Discord.');
}

/** Reeve was invited after its start: does what the start had to leave out. @throws {DatabaseError} if the database is another server's */
async function startInGuild(
	guild: Guild,
	{ services, logger }: MountedReeve,
	hasCommand: boolean,
	claim: () => Promise<void>
): Promise<void> {
	await claim();
	try {
		if (hasCommand) await registerCommandsIn(guild);
		logger.info(`Reeve was invited to ${guild.name} and starts to work there.`);
		await welcome(services, logger);
		await reportChecks(await services.health.checkAtStart(), services, logger);
		await catchUp(services, logger);
	} catch (error) {
		logger.error(`Starting in ${guild.name} failed. Restart Reeve:`, error);
	}
}

/** Runs what became due while Reeve was not running. */
async function catchUp({ schedule, runs }: Reeve, logger: MountedReeve['logger']): Promise<void> {
	await schedule.runIfDue().catch(logFailure(logger, 'The due daily run'));
	await runs.verifyIfDue();
}

function logFailure(logger: MountedReeve['logger'], what: string): (error: unknown) => void {
	return (error) => {
		if (!(error instanceof ShuttingDownError)) logger.error(`${what} failed:`, error);
	};
}
