import { defineConfig } from 'prisma/config';

// Reeve migrates with Prisma's WebAssembly engine. The CLI downloads a native one even for `generate`, which never runs it;
// naming any existing file prevents the download.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
	schema: 'prisma/schema.prisma',
	migrations: { path: 'prisma/migrations' },
	datasource: { url: process.env.DATABASE_URL ?? '' }
});
