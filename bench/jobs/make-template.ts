import { openDatabase } from '../../src/store/connection/database.js';

/** Creates an empty, migrated database for the cases to copy: migrating takes seconds. */
export async function makeTemplate({ dataDir }: { readonly dataDir: string }): Promise<{ readonly dataDir: string }> {
	await (await openDatabase({ dataDir })).close();
	return { dataDir };
}
