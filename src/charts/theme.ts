import type { MoneyTotals } from '../reconciliation/domain/money.js';
import type { OpenKind } from '../reconciliation/health/status.js';

/**
 * Look of the pictures, in pixels of a picture 1,000 wide: Discord shows it some 330 wide on a phone and 400 on a desktop. The background is
 * opaque, so that it looks the same in the dark and the light theme.
 */
export const WIDTH = 1000;
export const PADDING = 32;

export const TITLE_SIZE = 44;
export const TEXT_SIZE = 38;
/** Of a line of text. */
export const LINE_HEIGHT = 56;

export const FAMILY = 'Lato';

export const COLOURS = { background: '#232428', text: '#f2f3f5', muted: '#c4c9ce', grid: '#4a4d55' } as const;

/** How the bars of a kind look. Colours that the colour-blind tell apart, and patterns for those who see none. */
export interface KindStyle {
	readonly label: string;
	readonly colour: string;
	readonly pattern: 'solid' | 'rising' | 'dots' | 'rows' | 'grid';
}

/** From the bottom of a bar to its top. */
export const KINDS: Readonly<Record<OpenKind['kind'], KindStyle>> = {
	MISSING_ACCESS: { label: 'Locked out', colour: '#56b4e9', pattern: 'solid' },
	UNAUTHORIZED_ACCESS: { label: 'Not paying', colour: '#e69f00', pattern: 'rising' },
	ROLE_MISMATCH: { label: 'Wrong role', colour: '#f0e442', pattern: 'dots' },
	DEBTOR_MISMATCH: { label: 'Payment status', colour: '#e58ab8', pattern: 'rows' },
	UNLINKED: { label: 'Not linked', colour: '#b9bec6', pattern: 'grid' }
};

/** How a line looks: by its colour, its points and its strokes. */
export interface LineStyle {
	readonly label: string;
	readonly colour: string;
	readonly point: 'circle' | 'triangle';
	readonly dash: number[];
}

/** In the colours of the issues that they are about. */
export const MONEY: Readonly<Record<keyof MoneyTotals, LineStyle>> = {
	paid: { label: 'Paid, no access', colour: KINDS.MISSING_ACCESS.colour, point: 'circle', dash: [] },
	unpaid: { label: 'Access, not paid', colour: KINDS.UNAUTHORIZED_ACCESS.colour, point: 'triangle', dash: [14, 8] }
};
