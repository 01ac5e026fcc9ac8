import { describe } from 'vitest';
import { backupContract } from './contract/backup.js';
import { migratedFolder, testFolder } from './folders.js';

describe('backups of the embedded database', () => {
	backupContract(
		async () => ({ dataDir: await testFolder() }),
		async () => ({ dataDir: await migratedFolder() })
	);
});
