import { parseArgs } from 'node:util';

/** Sizes of the measurements. */
export const SCOPES = ['tiny', 'quick', 'full'] as const;
export type Scope = (typeof SCOPES)[number];

export const CASES = ['stripe', 'detect', 'store', 'search', 'growth', 'start', 'fix', 'memory', 'seconds'] as const;
export type CaseName = (typeof CASES)[number];

export interface Arguments {
	readonly scope: Scope;
	/** File for the results as JSON; null for none. */
	readonly json: string | null;
	readonly cases: readonly CaseName[];
}

/** Invalid command line; the message says why. */
export class ArgumentError extends Error {}

export const USAGE = `npm run bench -- [--quick | --tiny] [--json FILE] [--only ${CASES.join(',')}]

  --quick   small sizes, takes about a minute (default: up to a million members, about half an hour)
  --tiny    minimal sizes, to check that the bench works
  --json    also write the results to FILE
  --only    cases to run, comma-separated`;

/** @throws {ArgumentError} */
export function readArguments(args: readonly string[]): Arguments {
	const { quick, tiny, json, only } = parsed(args);
	if (quick && tiny) throw new ArgumentError('Use --quick or --tiny, not both.');
	const cases = only?.split(',') ?? CASES;
	const unknown = cases.filter((name) => !isCase(name));
	if (unknown.length > 0) throw new ArgumentError(`Unknown case: ${unknown.join(', ')}. Cases: ${CASES.join(', ')}.`);
	return { scope: tiny ? 'tiny' : quick ? 'quick' : 'full', json: json ?? null, cases: CASES.filter((name) => cases.includes(name)) };
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
