import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../../../sandbox/bot/seed.js';
import { startSandbox, type TestSandbox } from '../../../sandbox/testing.js';
import { openDatabase } from '../../../src/store/connection/database.js';
import { ROOT, type Unpacked, unpack } from '../../package/unpack.js';
import { catalogOfPublic, createDatabase, execute, read, type TestDatabase } from '../databases.js';
import { changeBot, ExistingBot, installBot, withoutReeve } from './existing-bot.js';

const MIGRATION = join(ROOT, 'examples/existing-bot/prisma/migrations/20260401090000_init/migration.sql');

let unpacked: Unpacked;
let sandbox: TestSandbox;
let database: TestDatabase;
let folder: string;
let running: ExistingBot | null = null;
/** Of the bot before Reeve. */
let before: {
	readonly answers: Record<string, string>;
	readonly facts: Awaited<ReturnType<ExistingBot['facts']>>;
	readonly commands: unknown;
};

async function start(from: string, command = 'reconcile'): Promise<ExistingBot> {
	running = await ExistingBot.start(from, sandbox, { databaseUrl: database.url, command });
	return running;
}

/** Name and server of every command; null for a global one. */
const commands = () =>
	sandbox.services.discord
		.commands()
		.map(({ name, guild_id }) => [name, guild_id ?? null])
		.sort();

const tables = async () => ({
	catalog: await catalogOfPublic(database.url),
	people: await read(database.url, 'SELECT ctid::text, xmin::text, to_jsonb(t)::text FROM public."Member" AS t'),
	companies: await read(database.url, 'SELECT ctid::text, xmin::text, to_jsonb(t)::text FROM public."Team" AS t')
});

beforeAll(async () => {
	unpacked = unpack();
	folder = installBot(unpacked);
	sandbox = await startSandbox({ scenario: 'council' });
	database = await createDatabase();
	await execute(database.url, readFileSync(MIGRATION, 'utf8'));
	await execute(database.url, peopleOf(sandbox.world));

	const bot = await start(withoutReeve(folder), 'status');
	before = { answers: await bot.answers(), facts: await bot.facts(), commands: commands() };
	expect(await bot.stop()).toBe(0);
});
afterEach(async () => {
	await running?.stop();
});
afterAll(async () => {
	await sandbox?.stop();
	await database?.drop();
	unpacked?.remove();
});

describe('an existing bot', () => {
	it('answers every command and click as without Reeve, byte for byte, and gains one key and one command', async () => {
		expect(before.commands).toEqual([
			['banish', null],
			['joust', null],
			['status', null]
		]);
		expect(before.answers.denied).toContain('Halt! Only the king may do this.');
		expect(before.answers.failingHandler).toContain('Alas! The trumpet is missing.');
		const earlierTables = await tables();

		const bot = await start(folder);
		expect(await bot.answers()).toEqual(before.answers);
		const facts = await bot.facts();
		expect(facts.container).toEqual([...before.facts.container, 'reeve'].sort());
		expect(facts.pieces.filter((name) => !name.startsWith('reeve.'))).toEqual(before.facts.pieces);
		const { stores, signals, registries } = before.facts;
		expect(facts).toMatchObject({ stores, signals, registries });
		// Zod keeps its own settings there.
		expect(facts.globals.filter((name) => !name.startsWith('__zod_'))).toEqual(before.facts.globals);
		expect(commands()).toEqual([...(before.commands as unknown[]), ['reconcile', sandbox.ids.guildId]].sort());

		expect(await bot.stop()).toBe(0);
		expect(await tables()).toEqual(earlierTables);
	});

	it('reports who has the wrong roles, and denies strangers in its own words', async () => {
		const bot = await start(folder);
		const reeve = await openDatabase({ url: database.url, schema: 'reeve', dataDir: '/nonexistent' });
		await seed(reeve.prisma, { ...sandbox.world.database, members: [], teams: [] });
		await reeve.close();
		const earlierTables = await tables();

		const [stranger] = sandbox.world.guild.members.filter((member) => !member.operator && !member.bot);
		expect(await bot.command(stranger?.id ?? '', 'reconcile run')).toContain('Halt! Only operators may use Reeve');
		await bot.command('operator', 'reconcile run');
		await sandbox.until(() => sandbox.messages().some(({ embeds }) => /people have the wrong roles/.test(embeds[0]?.title ?? '')));
		const found = await read(database.url, `SELECT "discordId", type::text, severity::text FROM reeve."Issue" WHERE status = 'OPEN'`);
		const expected = sandbox.expected?.issues.map(({ discordId, type, severity }) => [discordId, type, severity]);
		expect([...found].sort()).toEqual(expected?.sort());
		expect(await tables()).toEqual(earlierTables);
	});

	it('replaces a piece of Reeve by one of the same name', async () => {
		const own = readFileSync(join(folder, 'optional/fix-button.js'), 'utf8');
		const bot = await start(
			changeBot(folder, 'src/interaction-handlers/trumpet-button.js', (text) => text + own.replace(/^const .*$/m, ''))
		);
		expect((await bot.facts()).pieces).toContain('reeve.fix-button');
		await bot.command('operator', 'reconcile run');
		const fix = await sandbox.until(() => /"custom_id":"(reeve:1:fix:[^"]+)"/.exec(JSON.stringify(sandbox.messages()))?.[1]);
		expect(await bot.click('operator', fix)).toContain('Ask the king: he presses these buttons.');
	});

	it.each<[problem: string, file: string, change: (text: string) => string, sentence: RegExp]>([
		[
			'a wrong option',
			'src/reeve.js',
			(text) => text.replace('hour: 3', 'hour: 30'),
			/Reeve is disabled, and the bot goes on without it: 1 setting needs fixing.*\n.*guilds\[0\]\.hour/
		],
		[
			'a missing intent',
			'src/index.js',
			(text) => text.replace(', GatewayIntentBits.GuildMembers', ''),
			/Reeve is disabled, and the bot goes on without it: .*GatewayIntentBits\.GuildMembers/
		],
		[
			'a wrong name of a field',
			'src/reeve.js',
			(text) => text.replace("customerId: 'billingId'", "customerId: 'billing'"),
			/Reeve is disabled, and the bot goes on without it: The model "person" .* has no field "billing"; it has: key, snowflake, billingId/
		]
	])('goes on as before with %s, and says so in one sentence', async (_problem, file, change, sentence) => {
		const bot = await start(changeBot(folder, file, change), 'status');
		expect(await bot.answers()).toEqual(before.answers);
		expect(commands()).toEqual(before.commands);
		expect(bot.output).toMatch(sentence);
		expect(bot.output.match(/Reeve is disabled/g)).toHaveLength(1);
		expect(await bot.stop()).toBe(0);
	});
});

/** Fills the bot's own tables. */
function peopleOf({ database: { members, teams } }: TestSandbox['world']): string {
	const rows = (values: readonly object[]) => `'${JSON.stringify(values).replaceAll("'", "''")}'::jsonb`;
	return `
		INSERT INTO public."Team" (key, title, "billingId", "ownerSeats", "otherSeats", "overdueSince")
		SELECT id, name, "stripeCustomerId", "ownerSeatCount", "teamSeatCount", "paymentFailedAt"
		FROM jsonb_to_recordset(${rows(teams)}) AS given(
			id text, name text, "stripeCustomerId" text, "ownerSeatCount" int, "teamSeatCount" int, "paymentFailedAt" timestamp
		);
		INSERT INTO public."Member" (key, snowflake, "billingId", seat, "companyKey", "overdueSince")
		SELECT id, "discordId", "stripeCustomerId",
			(CASE "seatTier" WHEN 'OWNER' THEN 'HOST' WHEN 'TEAM_MEMBER' THEN 'GUEST' ELSE 'SOLO' END)::public."SeatTier", "teamId", "paymentFailedAt"
		FROM jsonb_to_recordset(${rows(members)}) AS given(
			id text, "discordId" text, "stripeCustomerId" text, "seatTier" text, "teamId" text, "paymentFailedAt" timestamp
		)`;
}
