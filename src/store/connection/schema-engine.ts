import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';

/** Prisma's schema engine as WebAssembly: migrations over any driver adapter, without the native binary that Prisma would download. */
export type SchemaEngine = engine.SchemaEngine;

/** The part of the WebAssembly namespace used here: TypeScript declares it in the DOM library only. */
declare const WebAssembly: {
	instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

let loaded: Promise<void> | undefined;

async function load(): Promise<void> {
	const wasm = createRequire(import.meta.url)
		.resolve('@prisma/schema-engine-wasm')
		.replace('schema_engine.js', 'schema_engine_bg.wasm');
	const { instance } = await WebAssembly.instantiate(await readFile(wasm), { './schema_engine_bg.js': unrefTimers({ ...engine }) });
	engine.__wbg_set_wasm(instance.exports);
	(instance.exports.__wbindgen_start as () => void)();
}

/** The engine leaves a timer of ten seconds behind, which would delay the exit of the process. */
function unrefTimers(imports: Record<string, unknown>): Record<string, unknown> {
	for (const [name, original] of Object.entries(imports)) {
		if (!name.startsWith('__wbg_setTimeout_') || typeof original !== 'function') continue;
		imports[name] = (...args: unknown[]) => {
			const timer: unknown = original(...args);
			if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as NodeJS.Timeout).unref();
			return timer;
		};
	}
	return imports;
}

/**
 * Runs `work` with a schema engine connected to a database, and frees the engine afterwards.
 * @param datamodel - text of the Prisma schema, if `work` compares with it
 */
export async function withSchemaEngine<T>(
	factory: SqlMigrationAwareDriverAdapterFactory,
	datamodel: string | undefined,
	work: (engine: SchemaEngine) => Promise<T>
): Promise<T> {
	loaded ??= load();
	await loaded;
	const datamodels: [string, string][] | undefined = datamodel === undefined ? undefined : [['schema.prisma', datamodel]];
	const schemaEngine = await engine.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
	try {
		return await work(schemaEngine);
	} finally {
		schemaEngine.free();
	}
}
