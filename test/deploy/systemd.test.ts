import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const unit = read('deploy/reeve.service');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Every value of a directive. */
const valuesOf = (directive: string) => [...unit.matchAll(new RegExp(`^${directive}=(.*)$`, 'gm'))].map(([, value = '']) => value);

describe('deploy/reeve.service', () => {
	it('starts what npm start starts', () => {
		expect(valuesOf('ExecStart')).toEqual([`/usr/bin/${scripts.start}`]);
		expect(scripts.start).toMatch(/^node /);
	});

	it('keeps the data in the folder that systemd makes for it', () => {
		expect(valuesOf('StateDirectory')).toEqual(['reeve']);
		expect(valuesOf('Environment')[0]?.split(' ')).toContain('DATA_DIR=/var/lib/reeve');
	});

	it('leaves the shutdown more time than it takes', () => {
		const [, deadlineMs = 'NaN'] = /SHUTDOWN_DEADLINE_MS = ([\d_]+)/.exec(read('src/main.ts')) ?? [];
		expect(valuesOf('KillSignal')).toEqual(['SIGTERM']);
		expect(Number(valuesOf('TimeoutStopSec')[0]) * 1000).toBeGreaterThan(Number(deadlineMs.replaceAll('_', '')));
	});

	it('restarts after a failure, within a limit', () => {
		expect(valuesOf('Restart')).toEqual(['on-failure']);
		expect(valuesOf('StartLimitBurst')).toEqual(['30']);
		expect(valuesOf('StartLimitIntervalSec')).toEqual(['1h']);
	});

	it('runs as a user of its own that can write to the data folder alone', () => {
		expect(valuesOf('User')).toEqual(['reeve']);
		for (const [directive, value] of [
			['NoNewPrivileges', 'yes'],
			['ProtectSystem', 'strict'],
			['ProtectHome', 'yes'],
			['PrivateTmp', 'yes'],
			['CapabilityBoundingSet', '']
		] as const)
			expect(valuesOf(directive), directive).toEqual([value]);
		expect(valuesOf('ReadWritePaths')).toEqual([]);
	});

	it('allows V8 to compile', () => {
		expect(valuesOf('MemoryDenyWriteExecute')).toEqual([]);
	});
});
