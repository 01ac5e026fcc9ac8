import { notEmulated } from '../core/errors.js';
import { isRecord } from './form.js';

/** Refuses properties of the body that the sandbox would ignore. Null and an empty list ask for nothing. */
export function refuseProperties(body: unknown, names: readonly string[]): void {
	if (!isRecord(body)) return;
	for (const name of names) {
		const value = body[name];
		const asks = value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
		if (asks) throw notEmulated(`\`${name}\` in this request`, 400);
	}
}
