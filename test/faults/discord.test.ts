import { applyFix, autoFix, fixMany, reportOnly, undo } from './phases.js';
import { faultSuite } from './suite.js';

/** Answers 204 without making the change. Only role changes can be ignored. */
const IGNORED = { kind: 'ignore', fault: { match: '/members/*/roles/' } };
const KINDS = [
	{ kind: 'status', name: '401', fault: { status: 401 } },
	'500',
	{ kind: '429', fault: { retryAfter: 0.001 } },
	{ kind: '429', name: '429 for an hour', fault: { retryAfter: 3600 } },
	'429-untimed',
	'timeout',
	'slow',
	'drop',
	'drop-after',
	IGNORED,
	'missing-permission'
];
const GATEWAY = [
	'missing-chunk',
	{ kind: 'rate-limited', fault: { retryAfter: 0.01 } },
	'drop',
	'unavailable',
	'reconnect',
	'invalid-session'
];

faultSuite('discord', {
	mails: false,
	combinations: [
		...[reportOnly, autoFix, applyFix, fixMany, undo].map((phase) => [phase, 'discord', KINDS] as const),
		[autoFix, 'gateway', GATEWAY]
	]
});
