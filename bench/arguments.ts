import { parseArgs } from 'node:util';

/** How much is measured. */
export const SCOPES = ['tiny', 'quick', 'full'] as const;
export type Scope = (typeof SCOPES)[number];

export const CASES = ['stripe', 'detect', 'store', 'fix', 'memory'] as const;
export type CaseName = (typeof CASES)[number];

export interface Arguments {
	readonly extent: Scope;
	/** Where the results are written as JSON. */
	readonly json: string | null;
	readonly cases: readonly CaseName[];
}

/** The command line cannot be understood; the message says why. */
export class ArgumentError extends Error {}

export const USAGE = `npm run bench -- [--quick | --tiny] [--json FILE] [--only ${CASES.join(',')}]

  --quick   small sizes: done within a minute. Without it, up to a million people, which takes about half an hour
  --tiny    sizes that prove nothing, to see that the bench works
  --json    writes the results to a file, too
  --only    the cases to run, separated by commas`;

/** @throws {ArgumentError} */
export function readArguments(args: readonly string[]): Arguments {
	const { quick, tiny, json, only } = parsed(args);
	if (quick && tiny) throw new ArgumentError('Give --quick or --tiny, not both.');
	const cases = only?.split(',') ?? CASES;
	const unknown = cases.filter((name) => !isCase(name));
	if (unknown.length > 0) throw new ArgumentError(`There is no case ${unknown.join(', ')}: there are ${CASES.join(', ')}.`);
	return { extent: tiny ? 'tiny' : quick ? 'quick' : 'full', json: json ?? null, cases: CASES.filter((name) => cases.includes(name)) };
}

function parsed(args: readonly string[]) {
	try {
		const options = { quick: { type: 'boolean' }, tiny: { type: 'boolean' }, json: { type: 'string' }, only: { type: 'string' } } as const;
		return parseArgs({ args: [...args], options, strict: true }).values;
	} catch (error) {
		throw new ArgumentError(error instanceof Error ? error.message : String(error));
	}
}

const isCase = (name: string): name is CaseName => (CASES as readonly string[]).includes(name);
