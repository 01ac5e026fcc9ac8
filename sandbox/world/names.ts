import type { Random } from './random.js';

/** Plausible Discord usernames. */

const FIRST = (
	'ada alma anouk aria arthur asha bela bruno cai carmen cedric chloe dario dmitri edda elias elin emeka enzo esther farah felix fiona ' +
	'gareth greta hana hugo ida imran ines ivo jaya jonas jules kaito kara kofi lena leo lina luca maeve malik mara marek mina nadia nico ' +
	'nora oskar otto paola pavel petra quinn rafael rania robin rosa ruben sami selma simon sofia stefan tara theo tilda tomas uma vera ' +
	'victor wanda wren xenia yara yusuf zoe'
).split(' ');

const LAST = (
	'abara ashdown baker bellweather brandt castell cole conti crane dekker duarte eriksen falk farrow ferro fenwick grove haddad hale ' +
	'hartmann holm ito jansen keller kowalski lark lindqvist lund marsh mendes moreau nakamura novak oakley okafor olsen park pereira quill ' +
	'rao reyes rossi salt sato schmidt silva sorensen stark tanaka thorne tremblay ueda vance vogel weaver winter wolfe yilmaz zeller'
).split(' ');

const HANDLES =
	'pixel mossy quiet rusty lunar salty brave sleepy crimson velvet iron paper winter copper thunder gentle hollow northern mellow cosmic'.split(
		' '
	);

const THINGS =
	'badger lantern otter teapot falcon compass biscuit raven anvil walnut heron turnip griffin kettle comet squire minstrel acorn pilgrim mason'.split(
		' '
	);

export function username(random: Random): string {
	const [first, last] = [random.pick(FIRST), random.pick(LAST)];
	switch (random.int(0, 5)) {
		case 0:
			return `${first}.${last}`;
		case 1:
			return `${first}_${last.slice(0, 1)}`;
		case 2:
			return `${first}${random.int(70, 99)}`;
		case 3:
			return `${last}${first.slice(0, 2)}`;
		case 4:
			return `${random.pick(HANDLES)}_${random.pick(THINGS)}`;
		default:
			return `${random.pick(HANDLES)}${random.pick(THINGS)}${random.int(2, 999)}`;
	}
}

const COMPANIES = [
	'Lindqvist & Daughters',
	'Acme Anvils',
	'Copper Kettle Studio',
	'Northwind Freight',
	'Halfmoon Games',
	'Bellweather Press',
	'Ironbridge Labs',
	'The Paper Mill',
	'Quill & Co',
	'Saltmarsh Foods'
];

/** The nth company name; numbered once the list is used up. */
export function company(n: number): string {
	const round = Math.floor(n / COMPANIES.length);
	const name = COMPANIES[n % COMPANIES.length] ?? 'Company';
	return round === 0 ? name : `${name} ${round + 1}`;
}
