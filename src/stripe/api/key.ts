/** What an API key says by its prefix: secret (`sk_`) or restricted (`rk_`), live or test mode. */

export function isLiveKey(secretKey: string): boolean {
	return /^[sr]k_live_/.test(secretKey);
}

/** Of test mode: its objects have other addresses in the dashboard. */
export function isTestKey(secretKey: string): boolean {
	return /^[sr]k_test_/.test(secretKey);
}

/** A restricted key never writes unless it was given the permission. */
export function isUnrestrictedKey(secretKey: string): boolean {
	return secretKey.startsWith('sk_');
}

/** Advice for an operator whose test key replaced a live one. */
export const USE_LIVE_KEY = 'Put the live key (rk_live_… or sk_live_…) into STRIPE_SECRET_KEY.';
