import { mailCheck } from '../../messages/delivery/mail-check.js';
import { runChecks } from '../../reconciliation/health/doctor.js';
import { redisCheck } from '../../schedule/doctor.js';
import { openDatabase } from '../../store/connection/database.js';
import { DatabaseError } from '../../store/connection/errors.js';
import { askSecret, askText, type Session } from './ask.js';

/** Setup's questions about the schedule, mail, and where data is kept. */

const STANDARD_TIME_ZONE = 'America/New_York';
const STANDARD_HOUR = '3';
const STANDARD_FOLDER = './data';
const STANDARD_MAIL_WHEN = 'issues';

/** @throws {CancelledError} */
export async function askSchedule(session: Session): Promise<void> {
	const { draft } = session;
	if (draft.get('RECONCILIATION_TIMEZONE') === undefined)
		draft.set('RECONCILIATION_TIMEZONE', new Intl.DateTimeFormat().resolvedOptions().timeZone);
	await askText(session, 'RECONCILIATION_TIMEZONE', 'Time zone of your community', STANDARD_TIME_ZONE);
	await askText(session, 'RECONCILIATION_HOUR', 'Hour of the daily run, from 0 (midnight) to 23', STANDARD_HOUR);
}

const MAIL_SETTINGS = ['SMTP_URL', 'ADMIN_EMAIL', 'MAIL_FROM', 'MAIL_WHEN'] as const;

/** Asks for a mail server until it accepts the login. @throws {CancelledError} */
export async function askMail(session: Session): Promise<void> {
	const { prompts, draft } = session;
	const isKnown = draft.get('SMTP_URL') !== undefined && draft.get('ADMIN_EMAIL') !== undefined;
	while (await prompts.confirm('Send a mail when something is wrong?', isKnown)) {
		const url = await askSecret(session, 'SMTP_URL', 'Mail server, as smtp://user:password@host:587', { optional: true });
		if (url === undefined) continue;
		const to = await askText(session, 'ADMIN_EMAIL', 'Who gets it: email addresses, separated by commas');
		if (to === '') continue;
		const first = to.split(',')[0]?.trim() ?? '';
		const from = await askText(session, 'MAIL_FROM', 'Sender, an address that your mail provider lets you use', first);
		if (!prompts.report(await runChecks([mailCheck({ url, to, from }, prompts.redact)]))) continue;
		await askText(
			session,
			'MAIL_WHEN',
			'When: issues (after each daily run that finds wrong roles, two lines if none is new) or news (only if some are new or back)',
			STANDARD_MAIL_WHEN
		);
		return;
	}
	for (const name of MAIL_SETTINGS) draft.set(name, null);
}

/** Asks for a PostgreSQL server and Redis; most servers need neither. @throws {CancelledError} */
export async function askStorage(session: Session): Promise<void> {
	const { prompts, draft } = session;
	const usesDatabase = draft.get('DATABASE_URL') !== undefined;
	const folder = draft.get('DATA_DIR') ?? STANDARD_FOLDER;
	while (
		await prompts.confirm(`Keep the data in a PostgreSQL server of yours? No: in the folder ${folder}, nothing to install`, usesDatabase)
	) {
		const url = await askSecret(session, 'DATABASE_URL', 'PostgreSQL, as postgresql://user:password@host:5432/database', {
			optional: true
		});
		if (url === undefined) continue;
		const problem = await databaseProblem(session, url);
		if (problem === null) {
			prompts.success('The database accepts Reeve, and has its tables.');
			return askRedis(session);
		}
		prompts.error(problem);
	}
	// A database server may have been what several processes share; the folder cannot be.
	if (usesDatabase) for (const name of ['DATABASE_URL', 'REDIS_URL']) draft.set(name, null);
}

/** Redis serves several processes, which need a database server. */
async function askRedis(session: Session): Promise<void> {
	const { prompts, draft } = session;
	const message = 'Does more than one Reeve process use this database? Then Redis shares the schedule between them';
	while (await prompts.confirm(message, draft.get('REDIS_URL') !== undefined)) {
		const url = await askSecret(session, 'REDIS_URL', 'Redis, as redis://user:password@host:6379', { optional: true });
		if (url !== undefined && prompts.report(await runChecks([redisCheck(url)]))) return;
	}
	draft.set('REDIS_URL', null);
}

/** Opens the database, which creates Reeve's tables. @returns why it cannot be used; null if it can */
async function databaseProblem({ draft, prompts }: Session, url: string): Promise<string | null> {
	try {
		const guildId = draft.get('DISCORD_GUILD_ID');
		const guild = guildId === undefined ? {} : { guild: { guildId, formerGuildId: draft.get('DISCORD_FORMER_GUILD_ID') } };
		const database = await openDatabase({ url, dataDir: STANDARD_FOLDER, ...guild, redact: prompts.redact });
		await database.close();
		return null;
	} catch (error) {
		if (error instanceof DatabaseError) return error.message;
		throw error;
	}
}
