import type { Billing, Guild, Ledger, OnProgress, Ports, Track } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import { type ExemptionStore, type ExemptOrder, type ExemptResult, exemptMember, type StoredExemption } from './exemption.js';
import { type CustomerMetadataSearch, type Explanation, explainMember, type MemberHistoryStore } from './explain.js';
import {
	assertWritable,
	type CustomerLookup,
	type CustomersResult,
	type LinkOrder,
	type LinkResult,
	type LinkStore,
	type LinksResult,
	linkCustomer,
	linksOf,
	orUnreadable,
	searchCustomers,
	type UnlinkOrder,
	type UnlinkResult,
	unlinkRow
} from './link.js';
import { createSuggester, type SuggestionsResult, type SuggestPorts, suggestLinks } from './suggest.js';

/** Discord ID → the name that Discord shows; members who are not in the server are missing. */
export type NamesOf = (discordIds: Iterable<string>) => Promise<ReadonlyMap<string, string>>;

/** Single members: why they have their roles, their exemptions and their links. */
export interface MemberService extends Pick<ExemptionStore, 'subjectOf'> {
	/** Explains what a member should have, and why. Changes nothing. */
	explain(discordId: string): Promise<Explanation>;
	/** The same for the member of an issue; null if there is no such issue. */
	explainIssue(issueId: string): Promise<Explanation | null>;
	readonly namesOf: NamesOf;
	/** Null for a user who is not in the server. */
	nameOf(discordId: string): Promise<string | null>;
	/** Resolves once it holds for fixes in progress too. */
	exempt(order: ExemptOrder): Promise<ExemptResult>;
	/** Null if it had already ended. */
	endExemption(order: { readonly id: string; readonly actor: string }): Promise<StoredExemption | null>;
	/** The exemptions in force. */
	exemptions(): Promise<readonly StoredExemption[]>;
	/** Whether a text is meant as a customer ID, and not as an email address or a name. */
	looksLikeCustomerId(text: string): boolean;
	/** Customers by ID, email or name. */
	searchCustomers(text: string): Promise<CustomersResult>;
	/** Links a customer to a member unless something conflicts. Changes no role. */
	link(order: LinkOrder): Promise<LinkResult>;
	links(discordId: string): Promise<LinksResult>;
	unlink(order: UnlinkOrder): Promise<UnlinkResult>;
	/** Unlinked role holders beside unlinked payers of the same name. @param options.reread - whether to read again what was read a moment ago */
	suggestLinks(options: { readonly reread: boolean; readonly onProgress: OnProgress }): Promise<SuggestionsResult>;
}

export function createMemberService(deps: {
	readonly ports: Ports;
	readonly billing: Billing & CustomerLookup & CustomerMetadataSearch;
	readonly guild: Guild;
	readonly store: Ledger & ExemptionStore & MemberHistoryStore & LinkStore;
	readonly policy: PolicySettings;
	readonly namesOf: NamesOf;
	readonly suggestPorts: SuggestPorts;
	readonly track: Track;
}): MemberService {
	const { ports, billing, guild, store, policy, namesOf, suggestPorts, track } = deps;
	const linking = { billing, guild, ledger: store, now: ports.now };
	const suggester = createSuggester(
		(onProgress) =>
			orUnreadable(async () => {
				assertWritable(store);
				return { kind: 'suggestions', suggestions: await suggestLinks(suggestPorts, policy, { now: ports.now(), onProgress }) };
			}),
		ports.now
	);
	const explain = (discordId: string) => explainMember({ ...ports, billing, ledger: store }, store, policy, discordId);
	return {
		explain,
		explainIssue: async (issueId) => {
			const subject = await store.subjectOf(issueId);
			return subject === null ? null : explain(subject.discordId);
		},
		namesOf,
		nameOf: async (discordId) => (await namesOf([discordId])).get(discordId) ?? null,
		subjectOf: (issueId) => store.subjectOf(issueId),
		exempt: (order) => exemptMember(ports, store, order),
		endExemption: ({ id, actor }) => store.endExemption(id, { actor, at: ports.now() }),
		exemptions: () => store.exemptionsInForce(ports.now()),
		looksLikeCustomerId: (text) => billing.looksLikeCustomerId(text),
		searchCustomers: (text) => searchCustomers(billing, text),
		link: (order) => track(() => linkCustomer(linking, policy, order)),
		links: (discordId) => linksOf(linking, policy, discordId),
		unlink: (order) => track(() => unlinkRow(linking, policy, order)),
		suggestLinks: (options) => track(() => suggester(options))
	};
}
