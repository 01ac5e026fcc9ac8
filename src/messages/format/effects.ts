import { countEffects, type EffectCounts } from '../../reconciliation/domain/effect.js';
import type { Hold } from '../../reconciliation/domain/hold.js';
import { number } from './format.js';

/** What plans do to people's access, in words. */

/** For one person, and for several. */
type Verb = readonly [one: string, many: string];

type Tense = 'present' | 'past' | 'conditional';
type Verbs = Readonly<Record<Tense, Verb>>;

const LOSE: Verbs = {
	present: ['loses access', 'lose access'],
	past: ['lost access', 'lost access'],
	conditional: ['would lose access', 'would lose access']
};
const MOVE_DOWN: Verbs = {
	present: ['moves down', 'move down'],
	past: ['moved down', 'moved down'],
	conditional: ['would move down', 'would move down']
};
const GET: Verbs = {
	present: ['gets access', 'get access'],
	past: ['got access', 'got access'],
	conditional: ['would get access', 'would get access']
};
const KEEP: Verbs = {
	present: ['keeps the same access', 'keep the same access'],
	past: ['kept the same access', 'kept the same access'],
	conditional: ['would keep the same access', 'would keep the same access']
};
const GET_OR_KEEP: Verbs = {
	present: ['gets or keeps access', 'get or keep access'],
	past: ['got or kept access', 'got or kept access'],
	conditional: ['would get or keep access', 'would get or keep access']
};

/** "23 lose access, 4 move down, 26 get or keep access", "1 person loses access". Zeros are left out; empty if there is nothing. */
export function describeEffects({ removes, lowers, tidies, raises, grants }: EffectCounts, tense: Tense = 'present'): string {
	const gives = raises + grants === 0 ? KEEP : raises + tidies === 0 ? GET : GET_OR_KEEP;
	const parts: readonly (readonly [number, Verb])[] = [
		[removes, LOSE[tense]],
		[lowers, MOVE_DOWN[tense]],
		[tidies + raises + grants, gives[tense]]
	];
	const shown = parts.filter(([many]) => many > 0);
	return shown
		.map(([many, [one, several]]) => {
			const people = shown.length > 1 ? '' : many === 1 ? ' person' : ' people';
			return `${number(many)}${people} ${many === 1 ? one : several}`;
		})
		.join(', ');
}

/** What a hold stops: "23 would lose access, 4 would move down"; what an operator approved: "23 lose access, 4 move down". */
export function describeHeld({ losing, lowering = 0 }: Pick<Hold, 'losing' | 'lowering'>, state: 'held' | 'approved'): string {
	const counts = { ...countEffects([]), removes: losing - lowering, lowers: lowering };
	return describeEffects(counts, state === 'held' ? 'conditional' : 'present');
}
