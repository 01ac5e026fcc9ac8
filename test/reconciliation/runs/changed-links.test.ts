import { expect, it } from 'vitest';
import type { MemberRow } from '../../../src/reconciliation/domain/links.js';
import { findChangedLinks } from '../../../src/reconciliation/runs/changed-links.js';
import { ADA, issues, only, row } from '../builders.js';

const links = (members: readonly MemberRow[]) => ({ members, teams: [], exemptions: [], firstSeenUnpaid: new Map() });

it('findChangedLinks ignores fields that are for the server’s own rule, because some change every day', async () => {
	const issue = only(issues({ guild: [{ id: ADA, name: 'ada', bot: false, roles: ['Knight'] }] }));
	const before = row({ discordId: ADA, extra: { lastSeen: 1 } });
	const reader = { readLinksOf: async () => links([{ ...before, extra: { lastSeen: 2 } }]) };
	expect(await findChangedLinks(reader, links([before]), [issue])).toEqual({ customerIds: new Set(), discordIds: new Set() });
});

it('findChangedLinks reads nothing if there is no issue', async () => {
	const reader = { readLinksOf: () => Promise.reject(new Error('read')) };
	expect(await findChangedLinks(reader, links([]), [])).toEqual({ customerIds: new Set(), discordIds: new Set() });
});
