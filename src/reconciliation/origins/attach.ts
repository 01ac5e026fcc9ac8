import type { Snapshot } from '../detection/detect.js';
import { PersonEvaluator } from '../detection/evaluate-person.js';
import type { LinkIndex } from '../detection/link-index.js';
import { findOrigin, paidPeriods } from '../detection/origin.js';
import type { DriftIssue } from '../domain/issue.js';
import type { OriginReader, RoleChange } from '../domain/origin.js';
import type { PolicySettings, RoleName } from '../domain/rules.js';
import { PaymentFailures } from '../policy/payment-failure.js';

interface Compared {
	readonly snapshot: Snapshot;
	readonly linkIndex: Pick<LinkIndex, 'get'>;
	readonly policy: PolicySettings;
	readonly now: Date;
	/** Discord IDs of the managed roles, by name. */
	readonly roleIds: Readonly<Record<RoleName, string>>;
}

/** The issues with how each came about; as they are if that is not watched. */
export async function withOrigins(
	reader: OriginReader | null,
	issues: readonly DriftIssue[],
	compared: Compared
): Promise<readonly DriftIssue[]> {
	if (reader === null || issues.length === 0) return issues;
	const { snapshot, linkIndex, policy, now, roleIds } = compared;
	const discordIds = issues.map(({ discordId }) => discordId);
	// First: a change that is stored meanwhile is then within what is covered.
	const coverage = await reader.coverage(Object.values(roleIds));
	if (coverage === null) return issues.map((issue) => ({ ...issue, origin: { kind: 'unknown' } }));
	const [changes, links] = await Promise.all([reader.roleChangesOf(discordIds), reader.linkEventsOf(discordIds)]);
	const nameOf = new Map(Object.entries(roleIds).map(([name, id]) => [id, name]));
	const changesOf = new Map<string, RoleChange[]>();
	for (const change of changes) {
		const known = changesOf.get(change.discordId);
		if (known === undefined) changesOf.set(change.discordId, [change]);
		else known.push(change);
	}
	const { billing, roster } = snapshot;
	const evaluator = new PersonEvaluator(billing.accounts, billing.missingCustomers, new PaymentFailures(snapshot.links, now), policy, now);
	return issues.map((issue) => {
		const { discordId } = issue;
		// A rule of the server's own decides: its reasons are not known here.
		if (issue.adjusted !== undefined) return { ...issue, origin: { kind: 'unknown' } };
		const origin = findOrigin({
			issue,
			joinedAt: roster.members.get(discordId)?.joinedAt ?? null,
			changes: (changesOf.get(discordId) ?? []).flatMap(({ roleId, ...change }) => {
				const role = nameOf.get(roleId);
				return role === undefined ? [] : [{ ...change, role }];
			}),
			coveredSince: coverage.since,
			periods: paidPeriods(evaluator.evaluate(linkIndex.get(discordId)).sources, policy, now),
			links: links.get(discordId) ?? [],
			reeveId: coverage.reeveId
		});
		return { ...issue, origin };
	});
}
