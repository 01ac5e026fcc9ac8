import { describe, expect, it } from 'vitest';
import { MAX_IMPORT_BYTES, MAX_IMPORT_LINES, readImportFile } from '../../../src/reconciliation/imports/file.js';

const read = (text: string) => readImportFile(Buffer.from(text));
const linesOf = (text: string) => {
	const file = read(text);
	if (file.kind === 'refused') throw new Error(file.why);
	return file.lines;
};
const refusalOf = (bytes: Uint8Array | string) => {
	const file = readImportFile(Buffer.from(bytes));
	return file.kind === 'refused' ? file.why : null;
};

describe('readImportFile', () => {
	it('finds columns by name in any order, and ignores others', () => {
		expect(linesOf('note,Customer,Discord ID\nx,cus_1,310000000000000010\n')).toEqual([
			{ line: 2, discordId: '310000000000000010', username: '', customer: 'cus_1', email: '', team: '', seat: '' }
		]);
	});

	it.each([
		['commas', 'discord_id,email\n1,a@x.test'],
		['semicolons', 'discord_id;email\r\n1;a@x.test\r\n'],
		['tabs', 'discord_id\temail\n1\ta@x.test'],
		['a byte order mark', '\uFEFFdiscord_id,email\n1,a@x.test'],
		['quotes', '"discord_id","email"\n"1","a@x.test"'],
		['spaces', ' discord_id , email \n 1 , a@x.test '],
		["Excel's separator line", 'sep=;\r\ndiscord_id;email\r\n1;a@x.test']
	])('reads %s', (_, text) => {
		expect(linesOf(text)).toMatchObject([{ discordId: '1', email: 'a@x.test' }]);
	});

	it('reads UTF-16, as Excel writes it', () => {
		const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('username\temail\nzoë\ta@x.test', 'utf16le')]);
		expect(readImportFile(bytes)).toMatchObject({ lines: [{ username: 'zoë', email: 'a@x.test' }] });
	});

	it('keeps the numbers of lines across empty lines and quoted line ends', () => {
		const lines = linesOf('username,customer,note\n\nada,cus_1,"two\nlines"\n,,\nbob,cus_2,\n');
		expect(lines.map(({ line, username }) => [line, username])).toEqual([
			[4, 'ada'],
			[6, 'bob']
		]);
	});

	it('reads a line with fewer cells than columns', () => {
		expect(linesOf('username,customer,team\nada,cus_1')).toMatchObject([{ username: 'ada', customer: 'cus_1', team: '' }]);
	});

	it('recognizes the exports of stripe-discord-bot and StripeCord', () => {
		const androz =
			'id,discordUserId,email,hadActiveSubscription,firstReminderSentDayCount,adminAccessEnabled\n1,310000000000000010,a@x.test,t,,f\n2,310000000000000011,NULL,f,,f\n';
		expect(read(androz)).toMatchObject({
			format: 'stripe-discord-bot',
			lines: [
				{ discordId: '310000000000000010', email: 'a@x.test' },
				{ discordId: '310000000000000011', email: '' }
			]
		});
		expect(read('discordUserID,email,hadActiveSubscription\n310000000000000010,a@x.test,true\n')).toMatchObject({ format: 'StripeCord' });
		expect(read('discord_id,email\n310000000000000010,a@x.test\n')).toMatchObject({ format: 'own' });
	});

	it.each([
		['nothing', '', /empty/],
		['a header alone', 'username,customer\n', /no other line/],
		['no column of members', 'name,customer\nada,cus_1', /No column names the members.*Found: name, customer\./],
		['no column of payers', 'username,name\nada,x', /No column says who pays/],
		['two columns of one meaning', 'discord_id,member,customer\n1,2,cus_1', /Two columns mean the same: discord_id and member/],
		['a quote that does not end', 'username,customer\n"ada,cus_1\n', /is not CSV/],
		['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0xff]), /not text in UTF-8/],
		['too many lines', `username,customer\n${'a,b\n'.repeat(MAX_IMPORT_LINES + 1)}`, /more than 20,000 lines/],
		['too many bytes', new Uint8Array(MAX_IMPORT_BYTES + 1), /larger than 5 MB/]
	])('refuses %s with a sentence', (_, bytes, why) => {
		expect(refusalOf(bytes)).toMatch(why);
	});
});
