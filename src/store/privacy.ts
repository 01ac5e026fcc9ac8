import { randomUUID } from 'node:crypto';
import { pseudonym } from '../reconciliation/domain/audit.js';
import type { ForgetObstacle, PrivacyStore, StoredData } from '../reconciliation/privacy/forget.js';
import { type Person, partsAbout, patternOf, stripeIdsIn, withoutPerson } from '../reconciliation/privacy/person-data.js';
import { auditAbout, readAudit, writeChange } from './audit.js';
import { Prisma } from './client/client.js';
import type { Database } from './connection/database.js';
import { toJsonText } from './json.js';

/**
 * Finds and deletes what is stored about a person, in every table of Reeve's: one that a later version adds is searched, too. Rows with the
 * person's Discord ID are deleted, except for issues and the audit log.
 */

type Client = Prisma.TransactionClient;

/** Tables with no data about people, or treated apart. */
const NOT_SEARCHED: ReadonlySet<string> = new Set(['AuditLog', 'AuditPerson', 'AuditDetail', 'Lease', 'DatabaseOwner', 'Installation']);

/** Reports that are drawn again without the person. */
const MAX_REPORTS = 10;

export function privacyStore(database: Database, guildId: string): PrivacyStore {
	const { prisma } = database;
	return {
		countStoredData: async (discordId) => countRows(prisma, await personOf(prisma, discordId)),
		readStoredData: async (discordId) => readStoredData(database, await personOf(prisma, discordId)),
		forget: ({ discordId, actor, at }) =>
			prisma.$transaction(async (transaction) => {
				const obstacle = await findObstacle(transaction, discordId);
				if (obstacle !== null) return { kind: 'refused', why: obstacle };
				const person = await personOf(transaction, discordId);
				const known = await transaction.auditPerson.findUnique({ where: { discordId } });
				const substitute = known?.id ?? pseudonym(randomUUID());
				const counts = await countRows(transaction, person);
				const runIds = await reportedIn(transaction, person);
				await settleIssues(transaction, discordId, at);
				const tables = await tablesOf(database, transaction);
				await deleteRows(transaction, tables, person, at);
				for (const table of tables) {
					await redactJson(transaction, table, person, substitute);
					await redactTexts(transaction, table, person, substitute);
				}
				await deleteAuditDetails(transaction, person);
				const by = actor === discordId ? substitute : actor;
				await writeChange(transaction, guildId, { at, actor: by, action: 'forget', subject: substitute, before: counts, after: null });
				return { kind: 'forgotten', runIds };
			})
	};
}

/** The person, with the IDs in Stripe that are stored about them and about no one else. */
async function personOf(prisma: Client, discordId: string): Promise<Person> {
	const alone: Person = { discordId, references: [] };
	const pattern = patternOf(alone);
	const rows = await prisma.$queryRaw<{ own: boolean; text: string }[]>`
		SELECT "discordId" ~ ${pattern} AS own, concat_ws(' ', detail->>'customerIds', detail->>'stripeStatus', detail->>'databaseStatus') AS text
			FROM $schema."Issue"
		UNION ALL SELECT COALESCE("discordId" ~ ${pattern}, false), "stripeCustomerId" FROM $schema."Member"
			WHERE "stripeCustomerId" IS NOT NULL AND "discordId" IS NOT NULL
		UNION ALL SELECT false, "stripeCustomerId" FROM $schema."Team" WHERE "stripeCustomerId" IS NOT NULL`;
	const audited = await readAudit(prisma, { where: await auditAbout(prisma, [discordId]) });
	const own = [...rows.filter((row) => row.own).map(({ text }) => text), ...audited.flatMap(({ before, after }) => [before, after])];
	const others = new Set(rows.filter((row) => !row.own).flatMap(({ text }) => stripeIdsIn(text)));
	return { discordId, references: stripeIdsIn(own).filter((id) => !others.has(id)) };
}

interface SearchedTable {
	readonly name: string;
	readonly json: readonly string[];
	readonly texts: readonly string[];
}

/** The columns of Reeve's tables that can name a person. */
async function tablesOf({ schema }: Pick<Database, 'schema'>, prisma: Client): Promise<readonly SearchedTable[]> {
	const names = Object.values(Prisma.ModelName).filter((name) => !NOT_SEARCHED.has(name));
	const columns = await prisma.$queryRaw<{ table: string; column: string; type: string }[]>`
		SELECT table_name::text AS "table", column_name::text AS "column", data_type::text AS type FROM information_schema.columns
		WHERE table_schema = ${schema} AND is_generated = 'NEVER' AND data_type IN ('text', 'json', 'jsonb')`;
	return names.map((name) => {
		const own = columns.filter(({ table }) => table === name);
		const named = (isJson: boolean) => own.filter(({ type }) => (type === 'text') !== isJson).map(({ column }) => column);
		return { name, json: named(true), texts: named(false) };
	});
}

const tableName = (name: string) => Prisma.raw(`$schema."${name}"`);
const columnName = (name: string) => Prisma.raw(`"${name}"`);

async function readStoredData(database: Database, person: Person): Promise<StoredData> {
	const { prisma } = database;
	const tables: Record<string, readonly unknown[]> = {};
	for (const { name } of await tablesOf(database, prisma)) {
		const ofIssue = Prisma.sql`OR t."issueId" IN (SELECT id FROM $schema."Issue" WHERE "discordId" = ${person.discordId})`;
		const rows = await prisma.$queryRaw<{ row: Readonly<Record<string, unknown>> }[]>`
			SELECT row_to_json(t) AS row FROM ${tableName(name)} AS t
			WHERE t::text ~ ${patternOf(person)} ${name === 'FixAttempt' ? ofIssue : Prisma.empty}`;
		const parts = rows.map(({ row }) => (name === 'Issue' ? row : withPartsOnly(row, person)));
		if (parts.length > 0) tables[name] = parts;
	}
	const audited = await auditOf(prisma, person);
	if (audited.length > 0) tables.AuditLog = audited;
	return { counts: await countRows(prisma, person), tables };
}

/** Of lists and snapshots only what is said about the person. */
function withPartsOnly(row: Readonly<Record<string, unknown>>, person: Person): unknown {
	const fields = Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
		if (typeof value !== 'object' || value === null) return [[name, value]];
		const parts = partsAbout(value, person);
		return parts.length === 0 ? [] : [[name, parts]];
	});
	return Object.fromEntries(fields);
}

/** The entries about a person, and those of their own decisions. */
async function auditOf(prisma: Client, { discordId }: Person) {
	const { subject } = await auditAbout(prisma, [discordId]);
	return readAudit(prisma, { where: { OR: [{ subject }, { actor: subject }] }, orderBy: [{ at: 'asc' }, { id: 'asc' }] });
}

async function countRows(prisma: Client, person: Person): Promise<StoredData['counts']> {
	const { discordId } = person;
	const pattern = patternOf(person);
	const of = async (table: string, condition = Prisma.sql`t::text ~ ${pattern}`) => {
		const [row] = await prisma.$queryRaw<{ count: bigint }[]>`SELECT count(*) AS count FROM ${tableName(table)} AS t WHERE ${condition}`;
		return Number(row?.count ?? 0);
	};
	const byId = Prisma.sql`t."discordId" ~ ${pattern}`;
	const apart = new Set(['Member', 'Exemption', 'Issue', 'FixAttempt', 'ReconciliationRun']);
	let other = 0;
	for (const name of Object.values(Prisma.ModelName)) if (!NOT_SEARCHED.has(name) && !apart.has(name)) other += await of(name);
	const entries = await auditOf(prisma, person);
	return {
		links: await of('Member'),
		exemptions: await of('Exemption', byId),
		issues: await of('Issue', byId),
		attempts: await prisma.fixAttempt.count({ where: { issue: { discordId } } }),
		runs: await of('ReconciliationRun'),
		audit: entries.filter(({ subject }) => subject === discordId).length,
		decisions: entries.filter(({ actor }) => actor === discordId).length,
		other
	};
}

/** Locks the person's issues, so that no fix of them begins. */
async function findObstacle(transaction: Client, discordId: string): Promise<ForgetObstacle | null> {
	const issues = await transaction.$queryRaw<{ id: string }[]>`SELECT id FROM $schema."Issue" WHERE "discordId" = ${discordId} FOR UPDATE`;
	const ids = issues.map(({ id }) => id);
	if ((await transaction.fixAttempt.count({ where: { issueId: { in: ids }, outcome: null } })) > 0) return 'fix-in-progress';
	const bulks = await transaction.bulkFix.findMany({ where: { endedAt: null }, select: { issues: true } });
	return bulks.some(({ issues: approved }) => ids.some((id) => JSON.stringify(approved).includes(`"${id}"`))) ? 'bulk-in-progress' : null;
}

/** The runs whose posted report names the person, newest first. */
async function reportedIn(transaction: Client, person: Person): Promise<readonly string[]> {
	const rows = await transaction.$queryRaw<{ id: string }[]>`
		SELECT id FROM $schema."ReconciliationRun" WHERE "reportMessageId" IS NOT NULL AND issues::text ~ ${patternOf(person)}
		ORDER BY "startedAt" DESC LIMIT ${MAX_REPORTS}`;
	return rows.map(({ id }) => id);
}

/** Nothing is left to be fixed, and no error names the person. */
async function settleIssues(transaction: Client, discordId: string, at: Date): Promise<void> {
	await transaction.issue.updateMany({ where: { discordId, status: 'OPEN' }, data: { status: 'RESOLVED', settledAt: at } });
	await transaction.issue.updateMany({ where: { discordId }, data: { liveKey: null } });
	await transaction.fixAttempt.updateMany({ where: { issue: { discordId } }, data: { error: null } });
}

/** Deletes what is about the person alone. */
async function deleteRows(transaction: Client, tables: readonly SearchedTable[], person: Person, at: Date): Promise<void> {
	const deleted = new Set<string>();
	for (const { name, texts } of tables) {
		if (name === 'Issue' || !texts.includes('discordId')) continue;
		const count = await transaction.$executeRaw`DELETE FROM ${tableName(name)} WHERE "discordId" ~ ${patternOf(person)}`;
		if (count > 0) deleted.add(name);
	}
	await transaction.$executeRaw`DELETE FROM $schema."Change" WHERE subject ~ ${patternOf(person)}`;
	await transaction.$executeRaw`DELETE FROM $schema."Payer" WHERE name ~ ${patternOf(person)}`;
	// Of someone who is found again, nothing is known from before.
	if (deleted.has('RoleChange')) await transaction.roleHistory.updateMany({ data: { coveredSince: at } });
	const references = [...person.references];
	// A row that was unlinked from them.
	await transaction.member.deleteMany({ where: { stripeCustomerId: { in: references } } });
	await transaction.seenDebt.deleteMany({ where: { subscriptionId: { in: references } } });
}

async function redactJson(transaction: Client, { name, json }: SearchedTable, person: Person, substitute: string): Promise<void> {
	if (json.length === 0) return;
	const pattern = patternOf(person);
	const matching = Prisma.join(
		json.map((column) => Prisma.sql`${columnName(column)}::text ~ ${pattern}`),
		' OR '
	);
	const columns = Prisma.join(json.map(columnName));
	const rows = await transaction.$queryRaw<Readonly<Record<string, unknown>>[]>`
		SELECT ctid::text AS "row", ${columns} FROM ${tableName(name)} WHERE ${matching} FOR UPDATE`;
	for (const { row, ...values } of rows) {
		const changes = json.map((column) => {
			const value = values[column] ?? null;
			const text = value === null ? null : toJsonText(withoutPerson(value, person, substitute));
			return Prisma.sql`${columnName(column)} = ${text}::jsonb`;
		});
		await transaction.$executeRaw`UPDATE ${tableName(name)} SET ${Prisma.join(changes)} WHERE ctid = ${row}::tid`;
	}
}

async function redactTexts(transaction: Client, { name, texts }: SearchedTable, person: Person, substitute: string): Promise<void> {
	const pattern = patternOf(person);
	for (const column of texts) {
		const text = columnName(column);
		await transaction.$executeRaw`
			UPDATE ${tableName(name)} SET ${text} = regexp_replace(${text}, ${pattern}, ${substitute}, 'g') WHERE ${text} ~ ${pattern}`;
	}
}

/** What the audit log says about the person can no longer be read, nor about whom its entries are. */
async function deleteAuditDetails(transaction: Client, person: Person): Promise<void> {
	const people = await transaction.$queryRaw<{ id: string }[]>`
		DELETE FROM $schema."AuditPerson" WHERE "discordId" ~ ${patternOf(person)} RETURNING id`;
	const entries = { entry: { subject: { in: people.map(({ id }) => id) } } };
	await transaction.auditDetail.deleteMany({ where: entries });
}
