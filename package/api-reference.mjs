/**
 * `npm run docs:api`: writes the API reference into docs/api (or the folder given), from the docstrings of the package's entries. TypeDoc needs the compiler's
 * JavaScript API, which TypeScript 7 no longer has: only here, `typescript` is TypeScript 6.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';

const hook = `export const resolve = (specifier, context, next) => next(specifier === 'typescript' ? 'typescript-6' : specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const { exports: entries } = JSON.parse(readFileSync('package.json', 'utf8'));
const types = Object.values(entries).flatMap((entry) => entry.import?.types ?? []);
const out = process.argv[2] ?? 'docs/api';

const { Application } = await import('typedoc');
const application = await Application.bootstrapWithPlugins({
	entryPoints: types.map((file) => file.replace('./dist/', '').replace('.d.ts', '.ts')),
	tsconfig: 'tsconfig.json',
	name: 'Reeve',
	out,
	readme: 'none',
	excludeInternal: true,
	excludePrivate: true,
	treatWarningsAsErrors: true,
	validation: { invalidLink: true, notExported: false },
	disableSources: true
});
const project = await application.convert();
if (project === undefined || application.logger.hasErrors() || application.logger.hasWarnings()) process.exit(1);
await application.generateDocs(project, out);
