/** The fixed IDs and the clock that creates new ones. */

export const IDS = {
	guild: '1100000000000000100',
	application: '1100000000000000200',
	/** Modern applications and their bot users share one ID. */
	bot: '1100000000000000200',
	adminChannel: '1100000000000000301',
	generalChannel: '1100000000000000302',
	owner: '1100000000000000401',
	operator: '1100000000000000402'
} as const;

/** The @everyone role has the guild's ID; other roles count up from here. */
export const ROLE_IDS = {
	debtor: '1100000000000000501',
	knight: '1100000000000000502',
	lord: '1100000000000000503',
	bot: '1100000000000000504',
	operator: '1100000000000000505'
} as const;

const DISCORD_EPOCH = 1_420_070_400_000;

/** The simulated time, and snowflakes derived from it. */
export class Clock {
	private last = 0n;

	public constructor(public readonly now: () => Date) {}

	public milliseconds(): number {
		return this.now().getTime();
	}

	/** A timestamp in Discord's format. */
	public stamp(): string {
		return this.now().toISOString().replace('Z', '000+00:00');
	}

	/** Strictly increasing, even if the clock stands still. */
	public snowflake(): string {
		const fromTime = BigInt(this.milliseconds() - DISCORD_EPOCH) << 22n;
		this.last = fromTime > this.last ? fromTime : this.last + 1n;
		return this.last.toString();
	}
}
