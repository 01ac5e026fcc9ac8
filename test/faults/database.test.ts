import { applyFix, autoFix, fixMany, reportOnly, undo } from './phases.js';
import { faultSuite } from './suite.js';

faultSuite('database', {
	mails: false,
	combinations: [reportOnly, autoFix, applyFix, fixMany, undo].map((phase) => [phase, 'database', ['away', 'lost']] as const)
});
