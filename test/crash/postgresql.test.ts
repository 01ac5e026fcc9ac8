import { describe } from 'vitest';
import { execute } from '../services/databases.js';
import { crashSuite } from './killed-processes.js';

const { DATABASE_URL: server = '' } = process.env;

describe.skipIf(server === '')('on PostgreSQL', () => {
	// The killed process could be alive on another machine, so the next start waits until its claims have expired.
	crashSuite({ DATABASE_URL: server }, async ({ settings }, what) => {
		await execute(
			settings.DATABASE_URL ?? '',
			`${what === 'all' ? 'UPDATE "FixAttempt" SET "claimExpires" = now() WHERE outcome IS NULL;' : ''}
			UPDATE "BulkFix" SET "expiresAt" = now() WHERE "endedAt" IS NULL;
			UPDATE "Lease" SET "expiresAt" = now();`
		);
	});
});
