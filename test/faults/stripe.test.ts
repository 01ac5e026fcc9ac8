import { applyFix, autoFix, fixMany, reportOnly } from './phases.js';
import { faultSuite } from './suite.js';

const KINDS = [
	'500',
	'429',
	'timeout',
	'slow',
	{ kind: 'endless', fault: { match: 'GET /v1/' } },
	{ kind: 'clock', fault: { offsetSeconds: 40 * 86_400 } },
	'drop',
	{ kind: 'status', name: '403', fault: { status: 403 } },
	'truncate',
	'empty'
];

faultSuite('stripe', {
	mails: false,
	combinations: [reportOnly, autoFix, applyFix, fixMany].map((phase) => [phase, 'stripe', KINDS] as const)
});
