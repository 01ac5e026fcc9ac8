import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingNames } from '../../src/config/env.js';

interface Service {
	readonly image?: string;
	readonly build?: string;
	readonly user?: string;
	readonly restart?: string;
	readonly read_only?: boolean;
	readonly cap_drop?: readonly string[];
	readonly security_opt?: readonly string[];
	readonly ports?: readonly string[];
	readonly env_file?: string;
	readonly environment?: Readonly<Record<string, string>>;
	readonly volumes?: readonly string[];
	readonly healthcheck?: { readonly test: readonly string[] };
	readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const text = read('compose.yaml');
const { services, volumes } = parse(text, { merge: true }) as {
	services: Record<'reeve' | 'postgres' | 'redis', Service>;
	volumes: Record<string, unknown>;
};
const all = Object.entries<Service>(services);
/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}`. */
const interpolated = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name);

describe('compose.yaml', () => {
	it('has the bot, PostgreSQL and Redis', () => {
		expect(all.map(([name]) => name)).toEqual(['reeve', 'postgres', 'redis']);
	});

	it.each(all)('runs %s without privileges, with a read-only root, and again after a failure', (_, service) => {
		expect(service).toMatchObject({
			restart: 'unless-stopped',
			read_only: true,
			cap_drop: ['ALL'],
			security_opt: ['no-new-privileges:true'],
			user: expect.not.stringMatching(/^(root|0)/)
		});
	});

	it.each(all)('opens no port of the machine for %s', (_, { ports }) => {
		expect(ports).toBeUndefined();
	});

	it('declares every volume that a service uses', () => {
		const used = all.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
		expect(Object.keys(volumes).sort()).toEqual(used.sort());
	});

	it('starts the bot once PostgreSQL and Redis are healthy', () => {
		expect(services.reeve.depends_on).toEqual({ postgres: { condition: 'service_healthy' }, redis: { condition: 'service_healthy' } });
		expect(services.postgres.healthcheck?.test).toContain('pg_isready');
		expect(services.redis.healthcheck?.test).toEqual(['CMD', 'redis-cli', 'ping']);
	});

	it('gives the bot the port that the health check of its image asks', () => {
		expect(services.reeve.environment?.HTTP_PORT).toMatch(/^\$\{HTTP_PORT:-8080\}$/);
		expect(services.reeve.healthcheck).toBeUndefined();
		expect(read('Dockerfile')).toMatch(/^HEALTHCHECK .* CMD \[.*process\.env\.HTTP_PORT \+ '\/healthz'/m);
	});

	it('takes every secret from .env, where .env.example documents it', () => {
		expect(services.reeve.env_file).toBe('.env');
		expect([...new Set(interpolated)].sort()).toEqual(['DATABASE_URL', 'HTTP_PORT', 'POSTGRES_PASSWORD', 'REDIS_URL']);
		for (const name of interpolated) expect(read('.env.example')).toMatch(new RegExp(`^# ${name}=`, 'm'));
		expect(services.postgres.environment?.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
		expect(text).not.toMatch(/:\/\/[^:/\s]+:[^$\s][^@\s]*@/);
	});

	it('gives the bot settings that exist, and the data folder of the image', () => {
		const given = services.reeve.environment ?? {};
		expect(Object.keys(given).filter((name) => !settingNames(['Knight', 'Lord']).includes(name))).toEqual([]);
		expect(given.DATA_DIR).toBe('/data');
		expect(read('Dockerfile')).toContain('VOLUME /data\n');
	});
});
