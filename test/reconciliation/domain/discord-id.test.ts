import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	discordIdsWithin,
	isBlank,
	isRoundingOf,
	looksRounded,
	mayMean,
	parseDiscordId,
	writtenForms
} from '../../../src/reconciliation/domain/discord-id.js';

const ID = '123456789012345678';
const OTHER = '987654321098765432';
/** Snowflakes as Discord has made them since 2015, of 17 to 19 digits. */
const ids = fc.bigInt({ min: 10n ** 16n, max: 2n * 10n ** 18n }).map(String);

describe('parseDiscordId', () => {
	it.each([
		ID,
		'12345678901234567',
		'12345678901234567890',
		`${ID} `,
		`\t${ID}\r\n`,
		`\u00a0${ID}\ufeff`,
		`\u200b${ID}\u200d`,
		`\u202a${ID}\u202c`,
		`<@${ID}>`,
		`<@!${ID}>`,
		` <@${ID}> `
	])('reads %j', (text) => {
		expect(parseDiscordId(text)).toBe(/\d+/.exec(text)?.[0]);
	});

	it.each([
		'',
		'ada',
		'1234567890123456',
		'123456789012345678901',
		`"${ID}"`,
		`@${ID}`,
		`<@&${ID}>`,
		`<#${ID}>`,
		`<@${ID}`,
		`< @${ID} >`,
		`${ID},${OTHER}`,
		`${ID.slice(0, 9)}\u200b${ID.slice(9)}`,
		`${ID.slice(0, 9)} ${ID.slice(9)}`,
		'1.23456789012346E+17',
		'1.1e17',
		'٣'.repeat(18),
		'１'.repeat(18),
		`-${ID}`,
		`0x${ID}`
	])('refuses %j', (text) => {
		expect(parseDiscordId(text)).toBeNull();
	});

	it('reads the mention of a role or a channel only where one is expected', () => {
		expect(parseDiscordId(`<@&${ID}>`, 'role')).toBe(ID);
		expect(parseDiscordId(`<#${ID}>`, 'channel')).toBe(ID);
		expect(parseDiscordId(`<@${ID}>`, 'role')).toBeNull();
	});

	it('reads every ID, also in a mention and between spaces', () => {
		fc.assert(
			fc.property(ids, fc.constantFrom('', ' ', '\n', '\u200b'), (id, padding) => {
				for (const text of [id, `<@${id}>`, `<@!${id}>`]) expect(parseDiscordId(padding + text + padding)).toBe(id);
			})
		);
	});

	it('returns only IDs that the text contains', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), ids), (text) => {
				const id = parseDiscordId(text);
				if (id !== null) expect(text).toContain(id);
				if (id !== null) expect(discordIdsWithin(text)).toEqual([id]);
			})
		);
	});
});

describe('isBlank', () => {
	it.each([
		['', true],
		[' \n\u200b', true],
		['0', false]
	])('%j: %s', (text, blank) => {
		expect(isBlank(text)).toBe(blank);
	});
});

describe('discordIdsWithin', () => {
	it.each([
		[`"${ID}"`, [ID]],
		[`discord:${ID}`, [ID]],
		[`https://discord.com/users/${ID}`, [ID]],
		[`${ID}, ${OTHER}`, [ID, OTHER]],
		[`${ID} (was ${ID})`, [ID]],
		[`${ID.slice(0, 9)}\u200b${ID.slice(9)}`, [ID]],
		['123 456 789 012 345 678', [ID]],
		['123,456,789,012,345,678', [ID]],
		[[...ID].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join(''), [ID]],
		['ada', []],
		['1234', []],
		[`${ID}${OTHER}`, []],
		['1.1e17', []]
	])('%j', (text, found) => {
		expect(discordIdsWithin(text)).toEqual(found);
	});

	it('takes a text of any length in no more than a moment', () => {
		expect(discordIdsWithin('1 '.repeat(1_000_000))).toEqual([]);
	});
});

describe('writtenForms', () => {
	it('are few enough for one search, and all may mean the member', () => {
		fc.assert(
			fc.property(ids, (id) => {
				const forms = writtenForms(id);
				expect(forms.length).toBeLessThanOrEqual(10);
				expect(forms[0]).toBe(id);
				for (const form of forms) expect([form, mayMean(form, id)]).toEqual([form, true]);
			})
		);
	});
});

describe('mayMean', () => {
	it.each([`user ${OTHER}`, OTHER, 'ada', '123456789012345670', ''])('is false for %j', (value) => {
		expect(mayMean(value, ID)).toBe(false);
	});
});

describe('isRoundingOf', () => {
	it.each([
		['123456789012345680', ID, 'as a program prints a double'],
		['123456789012345677', '123456789012345677', null],
		['123456789012345000', ID, 'with 15 digits, cut off'],
		['123456789012346000', ID, 'with 15 digits, rounded'],
		['1.23456789012345E+17', ID, 'in scientific notation, cut off'],
		['1.23456789012346E+17', ID, 'in scientific notation, rounded'],
		['1,23457e+17', ID, 'in scientific notation of another locale'],
		['1.2e17', ID, 'with two digits'],
		['1234567890123456800', '1234567890123456789', 'of 19 digits'],
		['1234567890123456768', '1234567890123456789', 'as the exact value of a double'],
		['1234567890123450000', '1234567890123456789', 'of 19 digits, with 15']
	])('%s of %s: %s', (value, id, how) => {
		expect(isRoundingOf(value, id)).toBe(how !== null);
	});

	it.each([
		['123456789012345679', ID, 'a neighbour that is not round'],
		['123456789012345670', ID, 'round, but of another ID'],
		['123456789012340000', ID, 'fewer digits than a program keeps'],
		['12345678901234568', ID, 'shorter'],
		['1.3e17', ID, 'another number'],
		['1.23456789012346E+18', ID, 'another magnitude'],
		['123456789012345678', ID, 'the ID itself'],
		['ada', ID, 'no number'],
		[ID, 'ada', 'of no ID']
	])('%s is none of %s: %s', (value, id) => {
		expect(isRoundingOf(value, id)).toBe(false);
	});

	it('recognises what numbers in programs and spreadsheets make of any ID', () => {
		fc.assert(
			fc.property(ids, fc.integer({ min: 1, max: 16 }), (id, digits) => {
				const cut = id.slice(0, 15).padEnd(id.length, '0');
				const written = [String(BigInt(Number(id))), String(Number(id)), cut, Number(id).toExponential(digits)];
				for (const value of written) if (value !== id) expect([value, isRoundingOf(value, id)]).toEqual([value, true]);
				for (const value of written.slice(0, 3)) expect(looksRounded(value)).toBe(true);
			})
		);
	});

	it('takes IDs that differ in more than the last four digits for different ones', () => {
		fc.assert(
			fc.property(ids, ids, (value, id) => {
				const distance = BigInt(value) - BigInt(id);
				if (distance > 9_999n || distance < -9_999n) expect(isRoundingOf(value, id)).toBe(false);
			})
		);
	});
});
