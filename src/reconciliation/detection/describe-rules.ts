import type { Rules, UnlistedPrices } from '../domain/rules.js';

/** What differs between two sets of rules, a sentence each, for operators. */
export function describeRuleChange(before: Rules, after: Rules): readonly string[] {
	const facts = (rules: Rules) => new Map(factsOf(rules));
	const [old, current] = [facts(before), facts(after)];
	return [...new Set([...old.keys(), ...current.keys()])].flatMap((subject) => {
		const [was, is] = [old.get(subject) ?? 'not set', current.get(subject) ?? 'not set'];
		return was === is ? [] : [`${subject}: ${was} → ${is}`];
	});
}

function factsOf({ policy, roleIds, discordIdKey }: Rules): (readonly [subject: string, value: string])[] {
	const { tiers, extraRoles = [], otherPrices, unlistedPrices, seats, graceHours, debtorDays } = policy;
	const list = (values: readonly string[]) => values.toSorted().join(', ') || 'none';
	return [
		['Tiers', tiers.map(({ name }) => name).join(' < ')],
		['Extra roles', extraRoles.map(({ name, above }) => (above === undefined ? name : `${name} (above ${above})`)).join(', ') || 'none'],
		...tiers.map(({ name, prices }) => [`Prices of ${name}`, list(prices)] as const),
		['Prices that give no role', list(otherPrices)],
		['Prices that no setting lists', describeUnlisted(unlistedPrices)],
		...Object.entries(seats).map(([seat, tier]) => [`Seat ${seat}`, tier] as const),
		['Grace period', `${graceHours} hours`],
		['Debtor period', `${debtorDays} days`],
		...Object.entries(roleIds).map(([name, id]) => [`Role of ${name}`, id] as const),
		['Metadata key', discordIdKey]
	];
}

function describeUnlisted(unlisted: UnlistedPrices): string {
	return unlisted.buy === 'tier' ? unlisted.tier : unlisted.buy;
}
