import { describe, expect, it } from 'vitest';
import { start } from './server.js';

describe('customer search', () => {
	const scene = () =>
		start({
			customers: [
				{ id: 'cus_1', email: 'Ada@example.com', name: 'Ada L.', metadata: { discord_id: '1', plan: "it's" } },
				{ id: 'cus_2', email: 'bob@example.com', name: 'Bob "B" B.', metadata: { discord_id: '2' } }
			],
			subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_lord' }]
		});

	it('matches email, name and metadata, exact or substring, ignoring case, with either quotes', async () => {
		const { stripe } = await scene();
		const search = async (query: string) => (await stripe.customers.search({ query })).data.map(({ id }) => id).sort();
		expect(await search('email:"ada@example.com"')).toEqual(['cus_1']);
		expect(await search("email:'ada'")).toEqual([]);
		expect(await search('email~"EXAMPLE"')).toEqual(['cus_1', 'cus_2']);
		expect(await search('name~"\\"b\\""')).toEqual(['cus_2']);
		expect(await search("metadata['discord_id']:'2'")).toEqual(['cus_2']);
		expect(await search("-metadata['plan']:null")).toEqual(['cus_1']);
		expect(await search("-metadata['other']:null")).toEqual([]);
		expect(await search("metadata['plan']:'it\\'s'")).toEqual(['cus_1']);
		expect(await search('email~"ada" OR name~"bob"')).toEqual(['cus_1', 'cus_2']);
		expect(await search('email~"example" AND name~"bob"')).toEqual(['cus_2']);
		expect(await search('name:"a OR b"')).toEqual([]);
	});

	it('expands subscriptions', async () => {
		const { stripe } = await scene();
		const { data } = await stripe.customers.search({ query: 'email~"ada"', expand: ['data.subscriptions'] });
		expect(data[0]?.subscriptions?.data.map(({ id }) => id)).toEqual(['sub_1']);
	});

	it.each(['email~"ad"', 'phone:"1"', 'email="ada"', 'email:"a" OR name:"b" AND name:"c"', 'email:"ada', 'email:"a" name:"b"', ''])(
		'rejects the query %j',
		async (query) => {
			const { stripe } = await scene();
			await expect(stripe.customers.search({ query })).rejects.toMatchObject({ statusCode: 400 });
		}
	);
});
