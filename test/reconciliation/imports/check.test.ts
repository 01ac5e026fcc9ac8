import { describe, expect, it } from 'vitest';
import type { Account } from '../../../src/reconciliation/domain/billing.js';
import type { RosterMember } from '../../../src/reconciliation/domain/guild.js';
import type { MemberRow, TeamRow } from '../../../src/reconciliation/domain/links.js';
import { checkImport } from '../../../src/reconciliation/imports/check.js';
import { type ImportFormat, readImportFile } from '../../../src/reconciliation/imports/file.js';
import { hashOfResults } from '../../../src/reconciliation/imports/result.js';

const ADA = '310000000000000123';
const BOB = '310000000000000456';
const BOT = '310000000000000789';

const person = (id: string, username: string, more: Partial<RosterMember> = {}): RosterMember => ({
	id,
	name: username,
	username: null,
	bot: false,
	roles: [],
	...more
});
const account = (id: string, email: string | null, metadataDiscordId: string | null = null): Account => ({
	customer: { id, email, name: null, metadataDiscordId },
	subscriptions: []
});
const row = (row: Partial<MemberRow>): MemberRow => ({
	id: `row-${row.stripeCustomerId}`,
	discordId: null,
	stripeCustomerId: null,
	seatTier: 'INDIVIDUAL',
	teamId: null,
	paymentFailedAt: null,
	...row
});
const TEAM: TeamRow = { id: 't1', name: 'Acme', stripeCustomerId: 'cus_team', ownerSeatCount: 1, teamSeatCount: 5, paymentFailedAt: null };

const ROSTER = [person(ADA, 'ada', { name: 'Countess', username: 'ada' }), person(BOB, 'bob'), person(BOT, 'helper', { bot: true })];
const ACCOUNTS = [
	account('cus_1', 'one@x.test'),
	account('cus_2', 'two@x.test'),
	account('cus_3', 'same@x.test'),
	account('cus_4', 'Same@x.test'),
	account('cus_bob', null, BOB),
	account('cus_team', null)
];

function check(text: string, { members = [] as MemberRow[], roster = ROSTER, teams = [TEAM], format = 'own' as ImportFormat } = {}) {
	const file = readImportFile(Buffer.from(text));
	if (file.kind === 'refused') throw new Error(file.why);
	const byEmail = new Map<string, Account[]>();
	for (const each of ACCOUNTS) {
		const email = each.customer.email?.toLowerCase();
		if (email !== undefined) byEmail.set(email, [...(byEmail.get(email) ?? []), each]);
	}
	const byId = new Map<string, Account | 'deleted'>(ACCOUNTS.map((each) => [each.customer.id, each]));
	byId.set('cus_gone', 'deleted');
	return checkImport(format, file.lines, {
		roster: new Map(roster.map((member) => [member.id, member])),
		members,
		teams,
		customers: { byId, byEmail }
	});
}

/** The result of one line: `link`, `unchanged row`, or the kind of conflict. */
function outcomesOf(...args: Parameters<typeof check>): string[] {
	return check(...args).map(({ outcome }) =>
		outcome.kind === 'conflict' ? outcome.conflict.kind : outcome.kind === 'unchanged' ? `unchanged ${outcome.by}` : outcome.kind
	);
}

const one = (member: string, customer: string, options?: Parameters<typeof check>[1]) =>
	outcomesOf(`discord,customer\n${member},${customer}`, options)[0];

describe('checkImport', () => {
	it.each(['ada', '@Ada', 'ADA', 'ada#0', ADA, `<@${ADA}>`, ` ${ADA} `])('finds a member by %s', (member) => {
		const [result] = check(`discord,customer\n${member},cus_1`);
		expect(result?.outcome).toEqual({
			kind: 'link',
			link: { discordId: ADA, customerId: 'cus_1', teamId: null, seatTier: 'INDIVIDUAL' }
		});
	});

	it('links members who have left, by their ID', () => {
		expect(one('310000000000000999', 'cus_1')).toBe('link');
	});

	it.each([
		['', 'no-member'],
		['nobody', 'unknown-username'],
		['Countess', 'unknown-username'],
		['helper', 'bot'],
		[BOT, 'bot'],
		['12345', 'malformed-id'],
		['3.1E+17', 'scientific-id'],
		['"3,10000000000000E+17"', 'scientific-id'],
		['310000000000000000', 'rounded-id']
	])('names the conflict of the member %s: %s', (member, conflict) => {
		expect(one(member, 'cus_1')).toBe(conflict);
	});

	it('says how many members show a name that is not a username', () => {
		expect(check('username,customer\nCountess,cus_1')[0]?.outcome).toMatchObject({ conflict: { kind: 'unknown-username', shownBy: 1 } });
	});

	it('takes an ID that looks rounded if a member of the server has it', () => {
		expect(one('310000000000000000', 'cus_1', { roster: [person('310000000000000000', 'zero')] })).toBe('link');
	});

	it('refuses an ID that a member’s ID becomes when it is read as a number', () => {
		const id = '109758394758392183';
		expect(one(String(Number(id)), 'cus_1', { roster: [person(id, 'cleo')] })).toBe('rounded-id');
	});

	it('does not choose between two members of one username', () => {
		expect(one('ada', 'cus_1', { roster: [person(ADA, 'ada'), person(BOB, 'Ada')] })).toBe('ambiguous-username');
	});

	it.each([
		['', 'no-payer'],
		['sub_1', 'malformed-customer'],
		['cus_nobody', 'unknown-customer'],
		['cus_gone', 'deleted-customer'],
		['cus_bob', 'metadata-names-others'],
		['cus_team', 'team-customer']
	])('names the conflict of the customer %s: %s', (customer, conflict) => {
		expect(one('ada', customer)).toBe(conflict);
	});

	it('uses an email of exactly one customer, whatever its capital letters', () => {
		expect(outcomesOf('discord,email\nada,One@X.test')).toEqual(['link']);
		expect(outcomesOf('discord,email\nada,same@x.test\nbob,none@x.test\nada,nobody')).toEqual([
			'ambiguous-email',
			'unknown-email',
			'malformed-email'
		]);
	});

	it('leaves links that exist as they are, and takes no customer from another member', () => {
		const members = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		expect(one('ada', 'cus_1', { members })).toBe('unchanged row');
		expect(one('bob', 'cus_1', { members })).toBe('linked-elsewhere');
		expect(one('bob', 'cus_bob')).toBe('unchanged metadata');
	});

	it('links a customer whose row names no readable member', () => {
		expect(one('ada', 'cus_1', { members: [row({ discordId: 'nobody', stripeCustomerId: 'cus_1' })] })).toBe('link');
	});

	it('refuses all lines that give one customer to different members, also by email', () => {
		expect(outcomesOf('discord,customer,email\nada,cus_1,\nbob,,one@x.test\nada,cus_2,')).toEqual([
			'customer-twice',
			'customer-twice',
			'link'
		]);
		const members = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		expect(outcomesOf('discord,customer\nada,cus_1\nbob,cus_1', { members })).toEqual(['customer-twice', 'linked-elsewhere']);
	});

	it('counts a repeated line once, and allows several customers of one member', () => {
		expect(outcomesOf('discord,customer\nada,cus_1\nada,cus_1\nada,cus_2')).toEqual(['link', 'unchanged line', 'link']);
	});

	it('adds a member to a team, by its name or its customer', () => {
		const results = check('discord,team,seat\nada,acme,owner\nbob,cus_team,');
		expect(results.map(({ outcome }) => (outcome.kind === 'link' ? outcome.link : null))).toEqual([
			{ discordId: ADA, customerId: null, teamId: 't1', seatTier: 'OWNER' },
			{ discordId: BOB, customerId: null, teamId: 't1', seatTier: 'TEAM_MEMBER' }
		]);
	});

	it.each([
		['ada,Nowhere,member,,', 'unknown-team'],
		['ada,Acme,boss,,', 'malformed-seat'],
		['ada,,member,cus_1,', 'seat-without-team'],
		['ada,Acme,member,cus_1,', 'two-payers'],
		['ada,Acme,member,,one@x.test', 'two-payers'],
		['ada,Acme,member,cus_team,', 'link'],
		['bob,Acme,member,,', 'unchanged row'],
		['bob,Acme,owner,,', 'other-seat']
	])('gives the seat %s the result %s', (line, result) => {
		const members = [row({ discordId: BOB, teamId: 't1', seatTier: 'TEAM_MEMBER' })];
		expect(outcomesOf(`discord,team,seat,customer,email\n${line}`, { members })).toEqual([result]);
	});

	it('does not choose between two teams of one name, or two seats of one member', () => {
		const teams = [TEAM, { ...TEAM, id: 't2', stripeCustomerId: null }];
		expect(outcomesOf('discord,team\nada,Acme', { teams })).toEqual(['ambiguous-team']);
		expect(outcomesOf('discord,team,seat\nada,Acme,owner\nada,Acme,member')).toEqual(['seat-twice', 'seat-twice']);
	});

	it('leaves out members without an email in the export of another bot', () => {
		expect(outcomesOf('discordUserId,email\n1,', { format: 'stripe-discord-bot' })).toEqual(['skipped']);
	});

	it('has another hash if the result of a line changes', () => {
		const text = 'discord,customer\nada,cus_1';
		const members = [row({ discordId: ADA, stripeCustomerId: 'cus_1' })];
		expect(hashOfResults(check(text))).toBe(hashOfResults(check(text)));
		expect(hashOfResults(check(text))).not.toBe(hashOfResults(check(text, { members })));
	});
});
