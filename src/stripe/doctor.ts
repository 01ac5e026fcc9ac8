import type Stripe from 'stripe';
import type { ClockReading } from '../reconciliation/domain/clock.js';
import type { LastGoodRun } from '../reconciliation/domain/ports.js';
import { type Check, type CheckRemark, clockRemark } from '../reconciliation/health/doctor.js';
import { KeyRefusedError, MissingObjectError, NotAllowedError, type Resource } from './api/errors.js';
import { isLiveKey, isUnrestrictedKey, USE_LIVE_KEY } from './api/key.js';
import type { StripeRequest } from './api/request.js';
import { createQuickRequester, type StripeAccess } from './quick-request.js';

/** The doctor's checks of Stripe: key, permissions and mode. */

const SUBJECT = 'Stripe';

/** Whether the key is valid and restricted, and this machine's clock right. One small request, of a kind that no run makes. */
export function keyChecks(access: StripeAccess): readonly Check[] {
	let clock: ClockReading | null = null;
	const request = createQuickRequester(access, (theirs) => {
		clock = { service: 'Stripe', theirs, ours: new Date() };
	});
	return [
		{ subject: SUBJECT, severityOnFailure: 'warning', run: async () => writeRemarks(access.secretKey) },
		{
			subject: SUBJECT,
			severityOnFailure: 'error',
			run: async () => {
				const remarks = await keyRemarks(request);
				return clock === null ? remarks : [...remarks, clockRemark(clock)];
			}
		}
	];
}

/** Whether the key can read what Reeve needs. Four small requests. */
export function permissionCheck(access: StripeAccess): Check {
	const request = createQuickRequester(access);
	return { subject: SUBJECT, severityOnFailure: 'error', run: () => permissionRemarks(request) };
}

/** Whether the key is of the mode, live or test, that the last run read. No request. */
export function modeCheck(
	secretKey: string,
	runs: { lastGoodRun(): Promise<Pick<LastGoodRun, 'livemode' | 'accountAccepted'> | null> }
): Check {
	return { subject: SUBJECT, severityOnFailure: 'warning', run: async () => [modeRemark(isLiveKey(secretKey), await runs.lastGoodRun())] };
}

/** Retrieves objects that do not exist: a 404 proves the permission without returning any customer's data. */
const PERMISSION_PROBES: readonly (readonly [Resource, (stripe: Stripe) => Promise<unknown>])[] = [
	['Subscriptions', (stripe) => stripe.subscriptions.retrieve('sub_reeve_doctor')],
	['Customers', (stripe) => stripe.customers.retrieve('cus_reeve_doctor')],
	['Invoices', (stripe) => stripe.invoices.retrieve('in_reeve_doctor')]
];

async function permissionRemarks(request: StripeRequest): Promise<readonly CheckRemark[]> {
	const probe = ([resource, retrieve]: (typeof PERMISSION_PROBES)[number]) =>
		request(resource, retrieve).catch((error: unknown) => {
			if (!(error instanceof MissingObjectError)) throw error;
		});
	const events = request('Events', (stripe) => stripe.events.list({ limit: 1 }));
	const results = await Promise.allSettled([...PERMISSION_PROBES.map(probe), events]);
	const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
	// keyChecks reports a refused key.
	if (errors.some((error) => error instanceof KeyRefusedError)) return [];
	// A temporary failure, such as an outage, must not be reported as blocking.
	const temporary = errors.find((error) => !(error instanceof NotAllowedError));
	if (temporary !== undefined) throw temporary;
	if (errors.length > 0) return errors.map(({ message }) => ({ verdict: 'blocking', message }));
	const names = [...PERMISSION_PROBES.map(([resource]) => resource), 'Events'];
	return [{ verdict: 'ok', message: `The key reads ${names.join(', ')}.` }];
}

/** Reads the balance: Stripe answers a restricted key with 403 and an invalid key with 401. */
async function keyRemarks(request: StripeRequest): Promise<readonly CheckRemark[]> {
	try {
		await request('Balance', (stripe) => stripe.balance.retrieve());
	} catch (error) {
		if (error instanceof KeyRefusedError) return [{ verdict: 'blocking', message: error.message }];
		if (!(error instanceof NotAllowedError)) throw error;
	}
	return [{ verdict: 'ok', message: 'The key works.' }];
}

function writeRemarks(secretKey: string): readonly CheckRemark[] {
	if (!isUnrestrictedKey(secretKey)) return [];
	return [
		{
			verdict: 'warning',
			message:
				'The key can write: anyone who gets hold of it can move money. Reeve only reads. Make a restricted key (Stripe Dashboard → Developers → API keys) with Subscriptions, Customers, Invoices and Events on Read and all else on None, and put it into STRIPE_SECRET_KEY.'
		}
	];
}

function modeRemark(livemode: boolean, lastGood: Pick<LastGoodRun, 'livemode' | 'accountAccepted'> | null): CheckRemark {
	if (lastGood?.livemode === true && !livemode && lastGood.accountAccepted)
		return { verdict: 'warning', message: 'The key reads test data, as an operator has accepted; the last good run read live data.' };
	if (lastGood?.livemode === true && !livemode)
		return {
			verdict: 'blocking',
			message: `The key is for test data, and the last good run read live data. ${USE_LIVE_KEY} If Reeve is meant to work with test data from now on, use \`/reconcile accept-account\`.`
		};
	return { verdict: 'ok', message: livemode ? 'The key reads live data.' : 'The key reads test data.' };
}
