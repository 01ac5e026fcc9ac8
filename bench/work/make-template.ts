import { openDatabase } from '../../src/store/connection/database.js';

/** Makes an empty, migrated database in a folder, for all cases to copy: migrating takes seconds. */
export async function makeTemplate({ dataDir }: { readonly dataDir: string }): Promise<{ readonly dataDir: string }> {
	await (await openDatabase({ dataDir })).close();
	return { dataDir };
}
