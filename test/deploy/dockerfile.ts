/** Reads a Dockerfile of the few instructions that ours uses. */

const INSTRUCTIONS = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'HEALTHCHECK', 'CMD'] as const;

export interface Step {
	readonly instruction: Exclude<(typeof INSTRUCTIONS)[number], 'FROM'>;
	readonly rest: string;
}

export interface Stage {
	/** Null for the last stage, the image. */
	readonly name: string | null;
	/** An earlier stage or an image of Docker Hub. */
	readonly from: string;
	readonly steps: readonly Step[];
}

/** @throws if an instruction is not one of {@link INSTRUCTIONS}, or has a form that is not read here */
export function parseDockerfile(text: string): readonly Stage[] {
	const stages: { name: string | null; from: string; steps: Step[] }[] = [];
	const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
	for (const line of lines) {
		const [, word = '', rest = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
		const instruction = INSTRUCTIONS.find((known) => known === word);
		if (instruction === undefined) throw new Error(`This line of the Dockerfile is not understood: ${line}`);
		if (instruction === 'FROM') {
			const [, from = rest, name = null] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
			stages.push({ name, from, steps: [] });
		} else {
			const stage = stages.at(-1);
			if (stage === undefined) throw new Error(`The Dockerfile has ${word} before FROM`);
			stage.steps.push({ instruction, rest });
		}
	}
	return stages;
}

/** `COPY [--from=stage] source… destination`. */
export function parseCopy(rest: string): {
	readonly from: string | null;
	readonly sources: readonly string[];
	readonly destination: string;
} {
	const words = rest.split(' ');
	const flags = words.filter((word) => word.startsWith('--'));
	const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length) ?? null;
	if (flags.length > (from === null ? 0 : 1)) throw new Error(`COPY ${rest} has an option that is not understood`);
	const paths = words.slice(flags.length);
	return { from, sources: paths.slice(0, -1), destination: paths.at(-1) ?? '' };
}

/** Whether `.dockerignore` lets a file into the build. Its patterns are paths, with or without `!`, and `*`; the last that matches counts. */
export function createContextFilter(dockerignore: string): (path: string) => boolean {
	const rules = dockerignore
		.split('\n')
		.filter((line) => line !== '' && !line.startsWith('#'))
		.map((line) => ({ admits: line.startsWith('!'), pattern: line.replace(/^!/, '') }));
	const matches = (path: string, pattern: string) => pattern === '*' || path === pattern || path.startsWith(`${pattern}/`);
	return (path) => rules.findLast(({ pattern }) => matches(path, pattern))?.admits ?? true;
}
