/** Texts within a picture. */

/** 8002 → "8,002". */
export function numberLabel(value: number): string {
	return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "2026-11-29" → "29 Nov". */
export function dayLabel(day: string): string {
	const [, month, date] = day.split('-').map(Number);
	return `${date} ${MONTHS[(month ?? 1) - 1]}`;
}
