import { settingProblem } from '../../config/env.js';
import { SourceError } from '../../reconciliation/domain/ports.js';
import { runChecks } from '../../reconciliation/health/doctor.js';
import { isLiveKey } from '../../stripe/api/key.js';
import { keyChecks, permissionCheck } from '../../stripe/doctor.js';
import { metadataKeyCheck, suggestMetadataKey } from '../../stripe/metadata-key-check.js';
import type { StripeAccess } from '../../stripe/quick-request.js';
import { askSecret, type Session } from './ask.js';

/** Setup's questions about the Stripe account: its key, and the metadata key of the links. */

const STANDARD_METADATA_KEY = 'discord_id';

/** Asks for the key until Stripe accepts it and it may read what Reeve needs. @throws {CancelledError} */
export async function askStripeKey(session: Session, apiUrl: string): Promise<StripeAccess> {
	const { prompts } = session;
	prompts.say(
		'Stripe Dashboard → Developers → API keys → Create restricted key: Subscriptions, Customers, Invoices and Events on Read, all else on None. With Prices and Products on Read too, setup shows the names of prices; with Coupons, reports have amounts after discounts.'
	);
	for (;;) {
		const secretKey = await askSecret(session, 'STRIPE_SECRET_KEY', 'Stripe key');
		if (secretKey === undefined) continue;
		const access = { secretKey, apiUrl };
		if (!prompts.report(await runChecks([...keyChecks(access), permissionCheck(access)]))) continue;
		prompts.say(isLiveKey(secretKey) ? 'The key reads live data.' : 'The key reads test data: no real payment is in it.');
		return access;
	}
}

/** Asks for the metadata key, and suggests the one that Stripe has. @throws {CancelledError} */
export async function askMetadataKey({ prompts, draft }: Session, access: StripeAccess): Promise<void> {
	const known = draft.get('STRIPE_DISCORD_ID_KEY') ?? STANDARD_METADATA_KEY;
	let suggested = await suggestMetadataKey(access, known).catch((error: unknown) => {
		if (error instanceof SourceError) return known;
		throw error;
	});
	for (;;) {
		const key = await prompts.text(
			'Metadata key under which your checkout stores the Discord ID, on the customer or the subscription',
			suggested,
			(answer) => settingProblem('STRIPE_DISCORD_ID_KEY', answer)
		);
		const results = await runChecks([metadataKeyCheck(access, key)]);
		prompts.report(results);
		suggested = key;
		if (results.some(({ verdict }) => verdict !== 'ok') && !(await prompts.confirm(`Use ${key} all the same?`, false))) continue;
		draft.set('STRIPE_DISCORD_ID_KEY', key, STANDARD_METADATA_KEY);
		return;
	}
}
