import * as z from 'zod';
import { parseDiscordId } from '../reconciliation/domain/discord-id.js';

/** The types of values that settings have. Each message completes `NAME is "value": it must be …`, for readers who do not program. */

/** Splits `a, b,,c` into its entries. */
const listOf = (text: string): string[] => [
	...new Set(
		text
			.split(',')
			.map((entry) => entry.trim())
			.filter((entry) => entry !== '')
	)
];

/** A comma-separated list. The message quotes the first invalid entry, unless it may be a secret. @param one - names a valid entry */
function list(entry: { test(text: string): boolean }, many: string, one = 'one') {
	return z.string().transform((text, context) => {
		const entries = listOf(text);
		const invalid = entries.find((candidate) => !entry.test(candidate));
		if (invalid === undefined) return entries;
		context.addIssue({ code: 'custom', message: `a list of ${many}, separated by commas; ${quoted(invalid)} isn't ${one}` });
		return z.NEVER;
	});
}

/** Matches a Stripe key, a Discord token or a URL with a password. */
const SECRET = /(^|\W)[srp]k_(test|live)_|whsec_|[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}|:\/\/[^/@]*:[^/@]*@/;

/** A value in quotes, for messages. Hides secrets: they may be pasted into the wrong setting. */
export function quoted(value: string): string {
	if (SECRET.test(value)) return 'a secret (not shown)';
	return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

export const trueOrFalse = z.enum(['true', 'false'], { error: 'true or false' });

/** A decimal number. Rejects `0x10`, `1e3` and the like. */
export function number(min: number, max: number, unit: string) {
	const expected = `a number of ${unit} from ${min} to ${max}`;
	return z.coerce
		.string()
		.regex(/^\d{1,9}(\.\d{1,9})?$/, expected)
		.transform(Number)
		.pipe(z.number().min(min, expected).max(max, expected));
}

const PER_SECOND = 'a whole number of requests from 1 to 100';
export const requestsPerSecond = z.coerce
	.string()
	.regex(/^\d{1,3}$/, PER_SECOND)
	.transform(Number)
	.pipe(z.number().min(1, PER_SECOND).max(100, PER_SECOND));

export const hourOfDay = z.coerce
	.string()
	.regex(/^\d{1,2}$/, 'a whole hour from 0 (midnight) to 23')
	.transform(Number)
	.pipe(z.number().max(23, 'a whole hour from 0 (midnight) to 23'));

/** The ID of a guild or a channel, or the channel's mention. */
export const snowflake = z.string().transform((text, context) => {
	const id = parseDiscordId(text, 'channel');
	if (id !== null) return id;
	context.addIssue({ code: 'custom', message: 'an ID of 17 to 20 digits' });
	return z.NEVER;
});
/** The ID of a role, or its mention. */
export const roleId = z.string().transform((text, context) => {
	const id = parseDiscordId(text, 'role');
	if (id !== null) return id;
	context.addIssue({ code: 'custom', message: 'an ID of 17 to 20 digits' });
	return z.NEVER;
});
/** IDs or mentions of roles. */
export const snowflakes = list({ test: (text) => parseDiscordId(text, 'role') !== null }, 'IDs of 17 to 20 digits').transform((entries) =>
	entries.flatMap((entry) => parseDiscordId(entry, 'role') ?? [])
);

export const timeZone = z.string().refine(isTimeZone, 'the name of a time zone, such as America/New_York or Europe/Rome');

function isTimeZone(name: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: name });
		return true;
	} catch {
		return false;
	}
}

/** Also with letters beyond ASCII (`jürgen@müller.example`), which zod's own pattern refuses. */
const NON_ASCII_EMAIL =
	/^(?!\.)(?!.*\.\.)[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}(?<!\.)@(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]{2,63}$/u;

export const email = z.union(
	[
		z.email(),
		z
			.string()
			.regex(NON_ASCII_EMAIL)
			.regex(/[^\p{ASCII}]/u)
	],
	'an email address'
);
export const emails = list({ test: (text) => email.safeParse(text).success }, 'email addresses', 'an email address')
	.refine((entries) => entries.length > 0, 'one email address, or several separated by commas')
	.transform((entries) => entries.join(','));

/** IDs of other Stripe objects, amounts of money, and two IDs without the comma between them. */
const NO_PRICE_ID = /^(cus|sub|si|in|pi|pm|ch|evt|acct)_\w{14,}$|^([srp]k|whsec)_|^\D?\d+\.\d\d\D?$|\s(price|prod|plan)_|["'\p{Cc}]/u;
const MAX_PRICE_ID_LENGTH = 250;

const isPriceId = (text: string) => text.length <= MAX_PRICE_ID_LENGTH && !NO_PRICE_ID.test(text);

/** IDs of prices and products. Older ones are `plan_…` or were chosen by their owner, such as `gold-monthly`: nearly any text. */
export const priceIds = list({ test: isPriceId }, 'price or product IDs from Stripe, such as price_…, prod_… or plan_…');
/** One of them. A comma separates them in the environment. */
export const priceId = z
	.string()
	.trim()
	.min(1, 'a price or product ID from Stripe, such as price_…, prod_… or plan_…')
	.refine((text) => isPriceId(text) && !text.includes(','), 'a price or product ID from Stripe, such as price_…, prod_… or plan_…');

/** What other settings use: the Debtor role, STRIPE_OTHER_PRICE_IDS and the values of STRIPE_UNMAPPED_PRICES. */
const RESERVED_TIER_KEYS: ReadonlySet<string> = new Set(['DEBTOR', 'OTHER', 'UNKNOWN', 'NOTHING']);

/** A tier's name as part of its settings' names: `Arch-Duke` → `ARCH_DUKE`. */
export const tierKey = (tier: string): string => tier.toUpperCase().replace(/[^A-Z0-9]/g, '_');

const TIER_NAME = /^[A-Za-z0-9][A-Za-z0-9 _-]*$/;
export const tierName = z.string().trim().regex(TIER_NAME, 'a name made of letters A–Z, digits, spaces, _ and -');
export const tierNames = list(TIER_NAME, 'names made of letters A–Z, digits, spaces, _ and -')
	.refine((names) => names.length > 0, 'at least one name, the lowest rank first')
	.refine(
		(names) => !names.some((name) => RESERVED_TIER_KEYS.has(tierKey(name))),
		'a list without Debtor, Other, Unknown and Nothing, which other settings use'
	)
	.refine((names) => new Set(names.map(tierKey)).size === names.length, 'a list of names that differ in more than case, spaces, _ and -');

/** `unknown`, `nothing` or the name of one of the tiers, in any case; read as it is written there. */
export function unmappedPrices(tiers: readonly string[]) {
	const choices = ['unknown', 'nothing', ...tiers];
	return z.string().transform((text, context) => {
		const choice = choices.find((each) => tierKey(each) === tierKey(text));
		if (choice !== undefined) return choice;
		context.addIssue({ code: 'custom', message: `unknown, nothing or the name of a tier (${tiers.join(', ')})` });
		return z.NEVER;
	});
}

/** Role name or ID. */
export const role = z
	.string()
	.max(100, 'the name of a role (at most 100 characters) or its ID')
	.refine((name) => !name.startsWith('@'), 'the name of a role without the @, or its ID');

export const token = z.string().regex(/^[^\s'"]+$/, 'the bare token, without spaces, quotes or the word Bot');

export const stripeKey = z
	.string()
	.refine((key) => !key.startsWith('pk_'), {
		message: 'a restricted (rk_…) or secret (sk_…) key; this is a publishable key (pk_…), which cannot read anything',
		abort: true
	})
	.regex(/^[sr]k_(test|live)_\w+$/, 'a key that starts with rk_live_, rk_test_, sk_live_ or sk_test_');

export const metadataKey = z.string().regex(/^[^[\]]{1,40}$/, 'a metadata key of at most 40 characters, without square brackets');

export const postgresUrl = z
	.string()
	.refine(
		(url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
		'a URL like postgresql://user:password@host:5432/database (with special characters in the password percent-encoded, @ as %40)'
	);

export const redisUrl = z
	.string()
	.refine((url) => /^rediss?:\/\//.test(url) && URL.canParse(url), 'a URL like redis://user:password@host:6379');

export const smtpUrl = z
	.string()
	.refine(
		(url) => /^smtps?:\/\/[^/]/.test(url) && URL.canParse(url),
		'a URL like smtp://user:password@host:587 (with special characters in user and password percent-encoded, @ as %40)'
	);

/** A port to listen on. */
export const port = z.coerce
	.string()
	.regex(/^\d{1,5}$/, 'a port from 1 to 65535, or 0 for any free one')
	.transform(Number)
	.pipe(z.number().max(65_535, 'a port from 1 to 65535, or 0 for any free one'));

/** A name or an address of this machine. */
export const listenHost = z.string().regex(/^[\w.:-]+$/, 'an address of this machine, such as 127.0.0.1 or 0.0.0.0');

/** Must fit into a header: `Authorization: Bearer …`. */
export const httpToken = z
	.string()
	.regex(/^[\w.~+/=-]{16,}$/, 'at least 16 letters, digits and . _ ~ + / = -, such as the output of openssl rand -hex 24');

/** The URL of a webhook: its path may be the secret. */
export const webhookUrl = z.string().refine((text) => {
	if (!URL.canParse(text)) return false;
	const { protocol, username, password } = new URL(text);
	return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}, 'a URL that starts with https:// or http://, without user and password');

const MIN_SECRET_BYTES = 24;

/** As the Standard Webhooks specification writes it. */
export const webhookSecret = z
	.string()
	.refine(
		(text) => /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text.slice('whsec_'.length), 'base64').length >= MIN_SECRET_BYTES,
		`whsec_ followed by at least ${MIN_SECRET_BYTES} bytes in base64`
	);

/** The signing secret of a webhook endpoint in Stripe. */
export const signingSecret = z.string().regex(/^whsec_[\w+/=-]{16,}$/, 'a signing secret that starts with whsec_');

/** The URL of an API. Rejects credentials, because the URL is logged. */
export function apiUrl(allowPath: boolean) {
	return z
		.string()
		.refine(
			(text) => {
				if (!URL.canParse(text)) return false;
				const url = new URL(text);
				if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
				return url.username === '' && url.password === '' && url.search === '' && url.hash === '' && (allowPath || url.pathname === '/');
			},
			`a URL that starts with https:// or http://${allowPath ? '' : ', with nothing after the host and port'}`
		)
		.transform((text) => text.replace(/\/+$/, ''));
}
