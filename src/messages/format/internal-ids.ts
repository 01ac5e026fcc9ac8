/** IDs in texts for readers who cannot look them up. */

const NOUNS: Readonly<Record<string, string>> = {
	cus: 'a customer',
	sub: 'a subscription',
	price: 'a price',
	plan: 'a price',
	prod: 'a product',
	in: 'an invoice',
	evt: 'an event',
	req: 'a request'
};

/** Only what a program would call by such a name: "in_progress" is a word. */
const ID = String.raw`\b(?:(?:cus|sub)_\w+|(?:price|plan|prod|in|evt|req)_(?=\w*\d)\w{8,})`;

const IN_BRACKETS = new RegExp(String.raw`\s*\([^()]*${ID}[^()]*\)`, 'g');
const ALONE = new RegExp(ID, 'g');

/** The text with what Stripe's IDs stand for: "No subscription: a customer was deleted". */
export function withoutInternalIds(text: string): string {
	return text.replace(IN_BRACKETS, '').replace(ALONE, (id) => NOUNS[id.slice(0, id.indexOf('_'))] ?? id);
}
