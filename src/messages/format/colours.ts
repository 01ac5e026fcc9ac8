/** Embed colours: green if nothing is wrong, red only if an operator must act before Reeve continues. */
export const COLOURS = {
	good: 0x57f287,
	amber: 0xf0a020,
	bad: 0xed4245,
	high: 0xe67e22,
	medium: 0xfee75c,
	low: 0x95a5a6,
	busy: 0x5865f2
} as const;
