import type { Track } from '../domain/ports.js';
import { applyImport, checkFile, type ImportCheck, type ImportDeps, type ImportResult, type ImportUndone, undoImport } from './import.js';

/** Links from files. */
export interface ImportService {
	/** Checks a file and stores it for its confirmation. Writes no link. */
	check(bytes: Uint8Array, actor: string): Promise<ImportCheck>;
	/** Imports a checked file if its results are still those shown. */
	apply(order: { readonly batchId: string; readonly confirmed: string; readonly actor: string }): Promise<ImportResult>;
	undo(order: {
		readonly batchId: string;
		readonly actor: string;
	}): Promise<ImportUndone | { readonly kind: 'refused'; readonly why: string }>;
}

export function createImportService(deps: ImportDeps & { readonly track: Track }): ImportService {
	const { track } = deps;
	return {
		check: (bytes, actor) => track(() => checkFile(deps, bytes, actor)),
		apply: (order) => track(() => applyImport(deps, order)),
		undo: (order) => track(() => undoImport(deps, order))
	};
}
