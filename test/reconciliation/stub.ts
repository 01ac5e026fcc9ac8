/** An object with only the given members; any other fails the test when it is read. */
export function stub<T extends object>(members: Partial<T>): T {
	return new Proxy(members as T, {
		get: (target, name) => {
			if (Reflect.has(target, name)) return Reflect.get(target, name);
			throw new Error(`Unexpected use of ${String(name)}`);
		}
	});
}
