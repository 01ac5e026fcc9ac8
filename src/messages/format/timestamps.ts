/** Times that Discord shows in the reader's locale and time zone. */

/** "3 minutes ago". */
export function ago(date: Date): string {
	return `<t:${Math.floor(date.getTime() / 1000)}:R>`;
}

/** "20 November 2026". */
export function day(date: Date): string {
	return `<t:${Math.floor(date.getTime() / 1000)}:D>`;
}

/** "20 November 2026 09:30". */
export function moment(date: Date): string {
	return `<t:${Math.floor(date.getTime() / 1000)}:f>`;
}
