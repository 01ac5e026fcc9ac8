import type { News, SettledCounts } from '../../reconciliation/domain/news.js';
import { number } from './format.js';

/** "3 new, 1 back, 46 known", "nothing new". */
export function describeNews({ new: fresh, back, known }: News['counts']): string {
	if (fresh + back === 0) return 'nothing new';
	const parts = [
		[fresh, 'new'],
		[back, 'back'],
		[known, 'known']
	] as const;
	return parts.flatMap(([many, what]) => (many === 0 ? [] : [`${number(many)} ${what}`])).join(', ');
}

/** "2 fixed, 1 gone without a fix"; empty if none of the last report is settled. */
export function describeSettled({ fixed, ignored, undone, gone }: SettledCounts = { fixed: 0, ignored: 0, undone: 0, gone: 0 }): string {
	const parts = [
		[fixed, 'fixed'],
		[ignored, 'ignored'],
		[undone, 'undone'],
		[gone, 'gone without a fix']
	] as const;
	return parts.flatMap(([many, what]) => (many === 0 ? [] : [`${number(many)} ${what}`])).join(', ');
}
