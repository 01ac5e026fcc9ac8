import { addCases, byCustomerMetadata, byRow, bySubscriptionMetadata } from './council-cases.js';
import type { ExpectedIssue, ExpectedNotices } from './drift.js';
import { WorldBuilder } from './members.js';
import type { World } from './world.js';

/** A generated world and its expected findings. */
export interface Scenario {
	readonly world: World;
	readonly expected: readonly ExpectedIssue[];
	readonly notices: ExpectedNotices;
}

/** Members besides the owner, the operator and Reeve. */
const COUNCIL_SIZE = 250;
/** The share of members without a subscription. */
const LURKER_SHARE = 0.4;

/**
 * A community with every kind of drift and of correct member, filled up with ordinary ones.
 * @param size - number of members; never fewer than the kinds require
 */
export function council(seed = 1, now = new Date(), size = COUNCIL_SIZE): Scenario {
	const builder = new WorldBuilder(seed, now);
	builder.operator();
	addCases(builder);
	while (builder.world.guild.members.length < size) addCorrectMember(builder);
	builder.shuffle();
	return { world: builder.world, expected: builder.expected, notices: builder.notices };
}

/** Adds a member without drift. */
function addCorrectMember(builder: WorldBuilder): void {
	const { random } = builder;
	if (random.chance(LURKER_SHARE)) {
		const lurker = builder.correct();
		if (random.chance(0.1)) builder.addUnmanagedRole(lurker, 'Minstrel');
		return;
	}
	const lord = random.chance(0.3);
	const person = builder.correct(lord ? 'Lord' : 'Knight');
	const link = random.pick([byRow, byRow, byCustomerMetadata, bySubscriptionMetadata]);
	link(builder, person, { price: lord ? 'price_lord' : 'price_knight' });
	if (random.chance(0.1)) builder.addUnmanagedRole(person, random.pick(['Minstrel', 'Moderator']));
}
