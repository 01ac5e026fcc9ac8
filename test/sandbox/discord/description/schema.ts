import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { AMENDMENTS } from './amendments.js';
import { SCHEMAS, type Schema } from './description.js';

/** Validation against the description's schemas (JSON Schema 2020-12), which are compiled when they are first needed. */

export type Direction = 'request' | 'response';

interface Validators {
	readonly ajv: Ajv2020;
	readonly compiled: Map<Schema, ValidateFunction>;
}

const INTEGER_IN_A_STRING: Schema = { type: 'string', pattern: '^-?\\d+$' };

/** Schemas that `allOf` joins with others: each describes a part of the properties. */
const JOINED = new Set(
	[...JSON.stringify(SCHEMAS).matchAll(/"allOf":(\[.*?\])/g)].flatMap(([, list = '']) =>
		[...list.matchAll(/schemas\/(\w+)"/g)].map(([, name]) => name)
	)
);

const validators: Readonly<Record<Direction, Validators>> = { request: load('request'), response: load('response') };

/** How a value differs from a schema: `/author/flags must be integer`. Empty if it does not. */
export function differences(schema: Schema, value: unknown, direction: Direction): string[] {
	const { ajv, compiled } = validators[direction];
	const validate = compiled.get(schema) ?? ajv.compile(adapted(schema, direction));
	compiled.set(schema, validate);
	return validate(value) ? [] : (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map(describe);
}

function load(direction: Direction): Validators {
	const ajv = new Ajv2020({ strict: false, allErrors: true });
	addFormats.default(ajv);
	// Discord's own formats; a snowflake's schema has a pattern besides.
	for (const name of ['snowflake', 'nonce']) ajv.addFormat(name, true);
	for (const [name, schema] of Object.entries({ ...SCHEMAS, ...AMENDMENTS }))
		ajv.addSchema(adapted(schema, direction, JOINED.has(name)), `/${name}`);
	return { ajv, compiled: new Map() };
}

/**
 * The schema as it is checked here. A response has no properties but those described: the description leaves objects open, so it would
 * accept any misspelled name. Discord ignores unknown properties of a request, and takes integers in strings, as the description's own
 * README says.
 * @param part - whether `allOf` joins the schema with others
 */
function adapted(schema: Schema, direction: Direction, part = false): Schema {
	const adapt = (below: unknown, inAllOf = false): Schema => adapted(below as Schema, direction, inAllOf);
	const union = byType((schema.oneOf ?? schema.anyOf ?? []) as Schema[], adapt);
	if (union) return union;
	const entries = Object.entries(schema).map(([keyword, value]) => {
		switch (keyword) {
			case '$ref':
				return [keyword, `/${String(value).split('/').at(-1)}`];
			case 'properties':
				return [keyword, Object.fromEntries(Object.entries(value as Schema).map(([name, each]) => [name, adapt(each)]))];
			case 'allOf':
				return [keyword, (value as Schema[]).map((each) => adapt(each, true))];
			case 'oneOf':
			case 'anyOf':
				// An integer in a string fits two alternatives of a request.
				return [direction === 'request' ? 'anyOf' : keyword, (value as Schema[]).map((each) => adapt(each))];
			case 'items':
			case 'additionalProperties':
				return [keyword, typeof value === 'object' ? adapt(value) : value];
			default:
				return [keyword, value];
		}
	});
	const copy: Schema = Object.fromEntries(entries);
	if (direction === 'request') return isInteger(schema) ? { anyOf: [copy, INTEGER_IN_A_STRING] } : copy;
	const open = part || !('properties' in schema) || 'additionalProperties' in schema;
	return open ? copy : { ...copy, additionalProperties: false };
}

function isInteger({ type, enum: values }: Schema): boolean {
	return values === undefined && (Array.isArray(type) ? type : [type]).includes('integer');
}

/**
 * A union whose alternatives differ in their `type`, written as conditions: errors are then those of the one alternative that applies.
 * Undefined for any other union.
 */
function byType(alternatives: readonly Schema[], adapt: (schema: Schema) => Schema): Schema | undefined {
	const types = alternatives.map(({ $ref }) => {
		const properties = SCHEMAS[String($ref).split('/').at(-1) ?? '']?.properties as Record<string, Schema> | undefined;
		return (properties?.type?.enum ?? []) as readonly unknown[];
	});
	const all = types.flat();
	if (types.length === 0 || types.some(({ length }) => length === 0) || new Set(all).size < all.length) return undefined;
	const when = (values: readonly unknown[]): Schema => ({ properties: { type: { enum: values } }, required: ['type'] });
	const conditions = alternatives.map((schema, index) => ({ if: { not: when(types[index] ?? []) }, else: adapt(schema) }));
	return { type: 'object', ...when(all), allOf: conditions };
}

function describe({ instancePath, message, params }: ErrorObject): string {
	const unknown: unknown = params.additionalProperty;
	return `${instancePath}: ${unknown === undefined ? message : `must not have property '${String(unknown)}'`}`;
}
