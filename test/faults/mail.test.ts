import { deliver, reportOnly } from './phases.js';
import { faultSuite } from './suite.js';

const SMTP = ['refuse', 'reject', 'drop'];

faultSuite('mail', {
	mails: true,
	combinations: [
		[reportOnly, 'smtp', SMTP],
		[deliver, 'smtp', SMTP],
		[deliver, 'discord', ['500', 'drop', 'drop-after', 'missing-permission']],
		[deliver, 'database', ['away', 'lost']]
	]
});
