import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { createContextFilter, parseCopy, type Stage } from './dockerfile.js';

/** Carries out the COPY and RUN steps of a Dockerfile without Docker and without network: each stage is a folder. */

export interface BuildOptions {
	readonly stages: readonly Stage[];
	/** The repository: the context of the build, and where the packages come from. */
	readonly repository: string;
	/** An empty folder outside the repository, whose packages Node.js would find otherwise. */
	readonly folder: string;
}

interface BuiltStage {
	/** The file system. */
	readonly root: string;
	readonly workdir: string;
}

/** @returns the folder that has the file system of the image */
export function buildImage({ stages, repository, folder }: BuildOptions): string {
	const built = new Map<string, BuiltStage>();
	let root = folder;
	for (const [index, stage] of stages.entries()) {
		root = join(folder, stage.name ?? `stage-${index}`);
		const base = built.get(stage.from);
		if (base === undefined) mkdirSync(root);
		else cpSync(base.root, root, { recursive: true });
		const workdir = carryOut(stage, { root, workdir: base?.workdir ?? '/' }, built, repository);
		if (stage.name !== null) built.set(stage.name, { root, workdir });
	}
	return root;
}

/** @returns the working directory after the last step */
function carryOut({ steps }: Stage, { root, workdir }: BuiltStage, built: ReadonlyMap<string, BuiltStage>, repository: string): string {
	let current = workdir;
	for (const { instruction, rest } of steps) {
		if (instruction === 'WORKDIR') {
			current = rest;
			mkdirSync(join(root, current), { recursive: true });
		}
		if (instruction === 'COPY') copy(rest, join(root, current), built, repository);
		if (instruction === 'RUN') run(rest, root, join(root, current), repository);
	}
	return current;
}

function copy(rest: string, workdir: string, built: ReadonlyMap<string, BuiltStage>, repository: string): void {
	const { from, sources, destination } = parseCopy(rest);
	const base = from === null ? repository : built.get(from)?.root;
	if (base === undefined) throw new Error(`COPY ${rest}: there is no stage ${from} before it`);
	const isInContext = createContextFilter(readFileSync(join(repository, '.dockerignore'), 'utf8'));
	const filter = (path: string) => from !== null || isInContext(relative(repository, path));
	for (const source of sources) {
		const path = join(base, source);
		if (!existsSync(path) || !filter(path)) throw new Error(`COPY ${rest}: ${source} is not in the ${from === null ? 'context' : 'stage'}`);
		// Docker copies the content of a folder, not the folder.
		const target = join(workdir, destination, statSync(path).isDirectory() ? '' : basename(source));
		cpSync(path, target, { recursive: true, filter });
	}
}

/** The commands that ours runs, and what takes their place. */
function run(command: string, root: string, workdir: string, repository: string): void {
	const [, dataDir] = /^mkdir -m 700 (\/\S+) && chown node:node \1$/.exec(command) ?? [];
	if (dataDir !== undefined) mkdirSync(join(root, dataDir), { mode: 0o700 });
	else if (command === 'npm ci') symlinkSync(join(repository, 'node_modules'), join(workdir, 'node_modules'));
	else if (command === 'npm ci --omit=dev --omit=optional') installProduction(workdir, repository);
	else if (command === 'npm run build') execFileSync('npm', ['run', 'build'], { cwd: workdir, stdio: 'pipe' });
	else throw new Error(`RUN ${command} is not understood`);
}

interface LockedPackage {
	readonly dev?: boolean;
	readonly optional?: boolean;
	/** Needed only by packages that are `dev` or `optional`. */
	readonly devOptional?: boolean;
}

/** Copies what `npm ci --omit=dev --omit=optional` would install, from the repository. */
function installProduction(workdir: string, repository: string): void {
	const { packages } = JSON.parse(readFileSync(join(workdir, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> };
	for (const [path, { dev, optional, devOptional }] of Object.entries(packages)) {
		if (path === '' || dev || optional || devOptional) continue;
		const source = join(repository, path);
		cpSync(source, join(workdir, path), { recursive: true, filter: (file) => file === source || basename(file) !== 'node_modules' });
	}
}
