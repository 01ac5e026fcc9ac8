import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder where the test files save their counts. */
const FOLDER = 'FAULT_MATRIX_FOLDER';

interface Cell {
	readonly phase: string;
	readonly target: string;
	readonly kind: string;
	cases: number;
	survived: number;
}

/** Counts cases by phase, target and kind, and how many survived. */
export class FaultMatrix {
	private readonly cells = new Map<string, Cell>();
	public wrongRemovals = 0;
	public lostRecords = 0;

	public count(phase: string, target: string, kind: string, survived: boolean): void {
		const key = `${phase}/${target}/${kind}`;
		const cell = this.cells.get(key) ?? { phase, target, kind, cases: 0, survived: 0 };
		this.cells.set(key, cell);
		cell.cases += 1;
		if (survived) cell.survived += 1;
	}

	public get cases(): number {
		return [...this.cells.values()].reduce((sum, { cases }) => sum + cases, 0);
	}

	/** Saves the counts for `printMatrix`. */
	public async save(name: string): Promise<void> {
		const folder = process.env[FOLDER];
		const { wrongRemovals, lostRecords } = this;
		if (folder) await writeFile(join(folder, name), JSON.stringify({ cells: [...this.cells.values()], wrongRemovals, lostRecords }));
	}
}

type Saved = Pick<FaultMatrix, 'wrongRemovals' | 'lostRecords'> & { readonly cells: readonly Cell[] };

/** Prints the counts of all test files after the last one. */
export default async function printMatrix(): Promise<() => Promise<void>> {
	const folder = await mkdtemp(join(tmpdir(), 'reeve-faults-'));
	process.env[FOLDER] = folder;
	return async () => {
		const saved: Saved[] = [];
		for (const name of await readdir(folder)) saved.push(JSON.parse(await readFile(join(folder, name), 'utf8')));
		await rm(folder, { recursive: true, force: true });
		if (saved.length > 0) print(saved);
	};
}

function print(saved: readonly Saved[]): void {
	const cells = saved.flatMap(({ cells }) => cells);
	const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
	const rows: Record<string, Record<string, number>> = {};
	for (const { phase, target, kind, cases } of cells) {
		const row = `${phase} × ${target}`;
		rows[row] = { ...rows[row], [kind]: cases };
	}
	console.table(rows);
	const total = sum(cells.map(({ cases }) => cases));
	const survived = sum(cells.map((cell) => cell.survived));
	const [wrong, lost] = [sum(saved.map((each) => each.wrongRemovals)), sum(saved.map((each) => each.lostRecords))];
	console.log(`${total} cases, ${survived} survived, ${wrong} wrong removals, ${lost} lost records`);
}
