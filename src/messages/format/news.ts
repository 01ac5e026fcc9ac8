import type { News } from '../../reconciliation/domain/news.js';
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
