import { describe, expect, it, vi } from 'vitest';
import type { Pause, PauseStore } from '../../../src/reconciliation/schedule/pause.js';
import { createScheduleService } from '../../../src/reconciliation/schedule/service.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { stub } from '../stub.js';

const DAILY = { hour: 3, timeZone: 'UTC', paused: false };

function serviceOver(members: Partial<PauseStore>, { ports = new FakePorts(), guildId = '1', daily = DAILY } = {}) {
	return createScheduleService({ ports, store: stub<PauseStore>(members), run: SETTINGS, daily, guildId, track: (work) => work() });
}

describe('ScheduleService.queueName', () => {
	it('differs between two guilds', async () => {
		expect(await serviceOver({}, { guildId: '1' }).queueName()).not.toBe(await serviceOver({}, { guildId: '2' }).queueName());
	});

	it('differs between two databases of one guild', async () => {
		const other = new FakePorts();
		other.ledger.installed = new Date(other.now().getTime() + 1);
		expect(await serviceOver({}).queueName()).not.toBe(await serviceOver({}, { ports: other }).queueName());
	});

	it('is the same after a restart', async () => {
		const ports = new FakePorts();
		const before = await serviceOver({}, { ports }).queueName();
		ports.pass({ hours: 30 });
		expect(await serviceOver({}, { ports }).queueName()).toBe(before);
	});
});

describe('ScheduleService.pause', () => {
	it('stores the pause with its author and time, and returns the one it replaces', async () => {
		const ports = new FakePorts();
		const replaced: Pause = { pausedAt: ports.now(), pausedBy: 'bob', reason: null, until: null };
		const startPause = vi.fn(async () => replaced);
		const pause = { pausedAt: ports.now(), pausedBy: 'ada', reason: 'moving', until: null };
		expect(await serviceOver({ startPause }, { ports }).pause({ actor: 'ada', reason: 'moving', until: null })).toEqual({
			pause,
			replaced
		});
		expect(startPause).toHaveBeenCalledExactlyOnceWith(pause);
	});

	it('is confirmed once no role call of a scheduled run is on its way', async () => {
		const ports = new FakePorts();
		const isChanging = vi.spyOn(ports.ledger, 'isChanging').mockResolvedValueOnce(true).mockResolvedValue(false);
		const startPause = async () => {
			expect(isChanging).not.toHaveBeenCalled();
			return null;
		};
		await serviceOver({ startPause }, { ports }).pause({ actor: 'ada', reason: null, until: null });
		expect(isChanging.mock.calls).toEqual(Array(2).fill(['scheduled-run']));
	});
});

describe('ScheduleService.resume', () => {
	it('returns no next run while the settings pause the schedule', async () => {
		const service = serviceOver({ endPause: async () => null, lastPauseEnd: async () => null }, { daily: { ...DAILY, paused: true } });
		expect(await service.resume({ actor: 'ada' })).toEqual({ ended: null, nextRunAt: null });
	});
});
