import { defineConfig } from 'vite';

/** Bundles the page into `dist/sandbox/page`. Run from the package's root. */
export default defineConfig({
	root: import.meta.dirname,
	logLevel: 'warn',
	build: { outDir: '../../dist/sandbox/page', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 }
});
