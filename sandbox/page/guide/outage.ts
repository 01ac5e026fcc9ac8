import type { NewFault } from '../panels/fault-switches.js';

/** What breaks Stripe in the first minute; in the panel Faults: "Stripe answers with errors". */
export const OUTAGE: NewFault = { target: 'stripe', kind: '500' };
