import { describe } from 'vitest';
import { execute } from '../services/databases.js';
import { crashes } from './bulk-fix.js';

const { DATABASE_URL: server = '' } = process.env;

describe.skipIf(server === '')('over a PostgreSQL server', () => {
	// Whoever died may as well be alive, on another machine: its rights are waited out.
	crashes({ DATABASE_URL: server }, async ({ settings }) => {
		await execute(
			settings.DATABASE_URL ?? '',
			`UPDATE "FixAttempt" SET "claimExpires" = now() WHERE outcome IS NULL;
			UPDATE "BulkFix" SET "expiresAt" = now() WHERE "endedAt" IS NULL;
			UPDATE "Lease" SET "expiresAt" = now();`
		);
	});
});
