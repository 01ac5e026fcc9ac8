/**
 * What a button says when it is pressed. Built and parsed here alone, so that the two cannot come apart.
 */
export type ButtonAction =
	/** Apply the plan that was shown; `page` is where to show what became of it. */
	| { readonly action: 'fix'; readonly runId: string; readonly page: number; readonly issueId: string; readonly planHash: string }
	/** Show a page. `button` only keeps the IDs of one message apart. */
	| { readonly action: 'page'; readonly runId: string; readonly page: number; readonly button: PageButton };

export type PageButton = 'previous' | 'current' | 'next';

/** The last page that an ID has room for. */
export const LAST_PAGE = 99_999;

/** Raised when the shape changes: buttons of old reports must not be taken for something else. */
const PREFIX = 'reeve:1';

const FIX = /^reeve:1:fix:([a-z0-9]{1,32}):(0|[1-9]\d{0,4}):([a-z0-9]{1,32}):([0-9a-f]{8})$/;
const PAGE = /^reeve:1:page:([a-z0-9]{1,32}):(0|[1-9]\d{0,4}):(previous|current|next)$/;

/**
 * Builds a button's ID, of at most 93 characters.
 * @throws {RangeError} if a part would not be read back as it is
 */
export function buildCustomId(value: ButtonAction): string {
	const parts = value.action === 'fix' ? [value.runId, value.page, value.issueId, value.planHash] : [value.runId, value.page, value.button];
	const customId = [PREFIX, value.action, ...parts].join(':');
	if (parseCustomId(customId) === null) throw new RangeError(`Not a button ID of Reeve's: ${customId}`);
	return customId;
}

/** Reads a button's ID. Null for anything that {@link buildCustomId} does not build; never throws. */
export function parseCustomId(customId: string): ButtonAction | null {
	const [, fixRun, fixPage, issueId, planHash] = FIX.exec(customId) ?? [];
	if (fixRun !== undefined && fixPage !== undefined && issueId !== undefined && planHash !== undefined) {
		return { action: 'fix', runId: fixRun, page: Number(fixPage), issueId, planHash };
	}
	const [, runId, page, button] = PAGE.exec(customId) ?? [];
	if (runId !== undefined && page !== undefined && isPageButton(button)) {
		return { action: 'page', runId, page: Number(page), button };
	}
	return null;
}

function isPageButton(value: string | undefined): value is PageButton {
	return value === 'previous' || value === 'current' || value === 'next';
}
