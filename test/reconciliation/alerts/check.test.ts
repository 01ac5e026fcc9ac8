import { beforeEach, describe, expect, it } from 'vitest';
import { type CheckDeps, checkServer, type FoundProblem } from '../../../src/reconciliation/alerts/check.js';
import type { ServerProblem } from '../../../src/reconciliation/domain/alert.js';

const NOW = new Date('2026-11-28T12:00:00Z');
const DELETED: ServerProblem = { blocks: 'runs', message: 'The role for Lord no longer exists.', part: { kind: 'role', roleId: '1' } };
const NO_PERMISSION: ServerProblem = { blocks: 'fixes', message: 'Reeve lacks Manage Roles.', part: { kind: 'permissions' } };
const NO_CHANNEL: ServerProblem = { blocks: 'reports', message: 'The channel is gone.', part: { kind: 'channel', channelId: '2' } };

let found: readonly ServerProblem[] | null;
let open: { key: string; message: string }[];
let lastSuccessAt: Date | null;
let recorded: Parameters<CheckDeps['store']['recordProblems']>[0][];
let delivered: boolean[];
/** Whether another process was first. */
let isFirst: boolean;

const check = () =>
	checkServer({
		server: {
			watch: () => () => {},
			problems: async () => found,
			findChange: async ({ part }) => (part.kind === 'role' ? { by: '9', at: NOW } : null)
		},
		store: {
			openProblems: async () => open,
			recordProblems: async (change) => {
				recorded.push(change);
				return isFirst;
			},
			lastSuccessAt: async () => lastSuccessAt
		},
		channels: ['report', 'mail', 'webhook'],
		deliver: (failedToo) => delivered.push(failedToo),
		now: () => NOW
	});

beforeEach(() => {
	[found, open, lastSuccessAt, recorded, delivered, isFirst] = [[], [], NOW, [], [], true];
});

describe('checkServer', () => {
	it('alerts to a new problem with who caused it, by mail only if the admin channel cannot show it', async () => {
		found = [DELETED, NO_PERMISSION];
		await check();
		expect(recorded).toEqual([
			{
				appeared: [
					{ ...DELETED, change: { by: '9', at: NOW } },
					{ ...NO_PERMISSION, change: null }
				] satisfies FoundProblem[],
				gone: [],
				at: NOW,
				channels: ['report', 'webhook']
			}
		]);
		found = [NO_CHANNEL];
		await check();
		expect(recorded.at(-1)?.channels).toEqual(['report', 'mail', 'webhook']);
		expect(delivered).toEqual([true, false]);
	});

	it('says nothing of what is known, whatever its message says now', async () => {
		open = [{ key: 'role:1', message: DELETED.message }];
		found = [{ ...DELETED, message: 'The role for Duke no longer exists.' }];
		await check();
		expect(recorded).toEqual([]);
	});

	it('ends what is gone, and sends what waited for the admin channel', async () => {
		open = [
			{ key: 'channel:2', message: NO_CHANNEL.message },
			{ key: 'role:1', message: DELETED.message }
		];
		found = [DELETED];
		await check();
		expect(recorded).toMatchObject([{ appeared: [], gone: ['channel:2'] }]);
		expect(delivered).toEqual([true]);
	});

	it('ends nothing during an outage of Discord', async () => {
		open = [{ key: 'role:1', message: DELETED.message }];
		found = null;
		await check();
		expect(recorded).toEqual([]);
	});

	it('leaves what is missing to the setup until a run has succeeded', async () => {
		lastSuccessAt = null;
		found = [DELETED];
		await check();
		expect(recorded).toEqual([]);
	});

	it('delivers nothing that another process stored', async () => {
		isFirst = false;
		found = [DELETED];
		await check();
		expect(delivered).toEqual([]);
	});
});
