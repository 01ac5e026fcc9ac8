import { defineConfig } from 'prisma/config';

// Reeve migrates with Prisma's WebAssembly engine. The command line insists on a native one even for `generate`,
// which never calls it: naming any existing file keeps it from fetching one.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
	schema: 'prisma/schema.prisma',
	migrations: { path: 'prisma/migrations' },
	datasource: { url: process.env.DATABASE_URL ?? '' }
});
