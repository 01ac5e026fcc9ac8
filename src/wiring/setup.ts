import type { Client } from 'discord.js';
import { policySettings } from '../config/derived.js';
import { parseSettings, type Settings, SettingsError } from '../config/env.js';
import { decidePrice, decisionOn } from '../config/price-decisions.js';
import {
	ADMIN_CHANNEL,
	isGiven,
	joined,
	OTHER_PRICES,
	pricesSetting,
	roleSetting,
	TIERS,
	tiersOf,
	withStoredSettings
} from '../config/stored-settings.js';
import { tierNames } from '../config/values.js';
import { channelChoiceProblem, findRole, operatorChannel, roleChoiceProblem } from '../discord/setup.js';
import { nonceFor, sendToChannel } from '../messages/delivery/channel.js';
import { welcomeEmbed } from '../messages/replies/setup/outcome.js';
import type { PriceCatalog } from '../reconciliation/domain/catalog.js';
import type { Track } from '../reconciliation/domain/ports.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { DEBTOR, type RoleName } from '../reconciliation/domain/rules.js';
import {
	NOTHING,
	type SaveResult,
	type SetupAnswer,
	type SetupPrices,
	type SetupRole,
	type SetupService,
	type SetupView
} from '../reconciliation/setup/setup.js';
import { draftHash, type SettingStore, type SettingValues } from '../reconciliation/setup/store.js';
import { checkAnswers, type SetupCheckDeps } from './setup-check.js';

/** Prices and their subscriber counts change slowly, and reading them takes a request for each hundred subscriptions. */
const CATALOG_MS = 10 * 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

export interface SetupDeps extends SetupCheckDeps {
	/** The same, for what is posted. */
	readonly outgoing: Client;
	readonly logger: { warn(...values: readonly unknown[]): void };
	readonly settings: Settings;
	/** What is set outside of Discord. */
	readonly environment: Environment;
	readonly store: SettingStore & SetupCheckDeps['store'];
	readonly readCatalog: () => Promise<PriceCatalog>;
	/** Puts saved settings into force. */
	readonly reload: () => Promise<void>;
	readonly track: Track;
}

const KEPT: SetupAnswer = { kind: 'kept' };
const refused = (reason: string): SetupAnswer => ({ kind: 'refused', reason });

/** The setup in Discord, over the settings, Discord and Stripe. */
export function createSetupService(deps: SetupDeps): SetupService {
	const { client, outgoing, logger, settings, environment, store, readCatalog, reload, track } = deps;
	const guildId = settings.DISCORD_GUILD_ID;
	let catalog: { readonly read: Promise<PriceCatalog>; readonly at: number } | null = null;
	const prices = (reread: boolean): Promise<PriceCatalog> => {
		if (reread || catalog === null || Date.now() - catalog.at > CATALOG_MS) {
			const reading = { read: readCatalog(), at: Date.now() };
			catalog = reading;
			reading.read.catch(() => {
				if (catalog === reading) catalog = null;
			});
		}
		return catalog.read;
	};
	/** The settings with the answers. */
	const draftEnvironment = async (draft: SettingValues | null): Promise<Environment> =>
		withStoredSettings(environment, { ...(await store.readSettings()), ...draft });
	const current = async () => draftEnvironment(await store.readDraft());
	const fixedBy = (name: string) => (isGiven(environment, name) ? name : null);
	const guild = () => {
		const found = client.guilds.cache.get(guildId);
		if (found === undefined) throw new SourceError('discord', 'Reeve is not in the server yet: invite it first.');
		return found;
	};
	/** @param change - what an answer changes, given the settings with the answers until then */
	const keep = async (change: (values: Environment) => SettingValues, actor: string): Promise<SetupAnswer> => {
		const stored = await store.readSettings();
		await store.addToDraft((draft) => change(withStoredSettings(environment, { ...stored, ...draft })), { actor, at: new Date() });
		return KEPT;
	};
	const parse = (values: Environment): Settings => {
		const { adjust, extraRoles, databaseSchema } = settings;
		return {
			...parseSettings(values).settings,
			...(adjust && { adjust }),
			...(extraRoles && { extraRoles }),
			...(databaseSchema !== undefined && { databaseSchema })
		};
	};

	const roleView = async (values: Environment, name: RoleName): Promise<SetupRole> => {
		const setting = roleSetting(name);
		const wanted = values[setting] ?? name;
		const roleId = await findRole(guild(), wanted, store);
		const problem =
			roleId === null
				? `There is no role “${wanted}”. Choose the role of ${name}; create it first under Server Settings → Roles if there is none.`
				: roleChoiceProblem(guild(), roleId, name);
		return { name, roleId, problem, fixedBy: fixedBy(setting) };
	};
	const priceView = async (values: Environment, tiers: readonly string[], reread: boolean): Promise<SetupPrices> => {
		try {
			const { prices: all, complete, missing } = await prices(reread);
			return { kind: 'read', complete, missing, prices: all.map((price) => ({ price, ...decisionOn(price, values, tiers, environment) })) };
		} catch (error) {
			if (error instanceof SourceError) return { kind: 'failed', reason: error.message };
			throw error;
		}
	};

	return {
		view: async ({ reread = false } = {}): Promise<SetupView> => {
			const draft = await store.readDraft();
			const values = await draftEnvironment(draft);
			const tiers = tiersOf(values);
			const channelId = values[ADMIN_CHANNEL] ?? null;
			const [roles, priceList] = await Promise.all([
				Promise.all([...tiers, DEBTOR].map((name) => roleView(values, name))),
				priceView(values, tiers, reread)
			]);
			return {
				tiers: { names: tiers, fixedBy: fixedBy(TIERS) },
				roles,
				channel: {
					id: channelId,
					problem: channelId === null || !client.isReady() ? null : await channelChoiceProblem(client, guildId, channelId),
					fixedBy: fixedBy(ADMIN_CHANNEL)
				},
				prices: priceList,
				choices: [...tiers.filter((tier) => fixedBy(pricesSetting(tier)) === null), ...(fixedBy(OTHER_PRICES) === null ? [NOTHING] : [])],
				draft
			};
		},
		tiers: async () => tiersOf(await current()),
		chooseTiers: async (names, actor) => {
			if (fixedBy(TIERS) !== null) return refused(setElsewhere(TIERS));
			const parsed = tierNames.safeParse(names.replace(/\n/g, ','));
			if (!parsed.success) return refused(`The tiers must be ${parsed.error.issues[0]?.message ?? 'names'}.`);
			return keep(() => ({ [TIERS]: joined(parsed.data) }), actor);
		},
		chooseRole: async (name, roleId, actor) => {
			const values = await current();
			const others = [...tiersOf(values), DEBTOR].filter((other) => other !== name);
			if (fixedBy(roleSetting(name)) !== null) return refused(setElsewhere(roleSetting(name)));
			for (const other of others) {
				const taken = await findRole(guild(), values[roleSetting(other)] ?? other, store);
				if (taken === roleId) return refused(`That is the role of ${other} already. ${name} needs a role of its own.`);
			}
			const problem = roleChoiceProblem(guild(), roleId, name);
			return problem === null ? keep(() => ({ [roleSetting(name)]: roleId }), actor) : refused(problem);
		},
		chooseChannel: async (channelId, actor) => {
			if (fixedBy(ADMIN_CHANNEL) !== null) return refused(setElsewhere(ADMIN_CHANNEL));
			const problem = client.isReady() ? await channelChoiceProblem(client, guildId, channelId) : null;
			return problem === null ? keep(() => ({ [ADMIN_CHANNEL]: channelId }), actor) : refused(problem);
		},
		choosePrice: async (priceId, buys, actor) => {
			const values = await current();
			const tiers = tiersOf(values);
			const { prices: all } = await prices(false);
			const price = all.find(({ id }) => id === priceId);
			if (price === undefined) return refused('Stripe does not have this price any more. Open the list again.');
			const { fixedBy: variable } = decisionOn(price, values, tiers, environment);
			if (variable !== null) return refused(setElsewhere(variable));
			const target = buys === null ? null : buys === NOTHING ? OTHER_PRICES : pricesSetting(buys);
			if (target !== null && fixedBy(target) !== null) return refused(setElsewhere(target));
			return keep((latest) => decidePrice(price, buys, latest, { tiers, given: environment, catalog: all }), actor);
		},
		check: (onProgress) =>
			track(async () => {
				const draft = (await store.readDraft()) ?? {};
				const values = await draftEnvironment(draft);
				return checkAnswers(deps, draft, () => parse(values), onProgress);
			}),
		save: async (shown, actor): Promise<SaveResult> => {
			const draft = await store.readDraft();
			if (draft === null || draftHash(draft) !== shown) return { kind: 'changed' };
			try {
				parse(await draftEnvironment(draft));
			} catch (error) {
				if (error instanceof SettingsError) return { kind: 'invalid', problems: error.problems };
				throw error;
			}
			const changed = await store.saveDraft(draft, { actor, at: new Date() });
			if (changed === null) return { kind: 'changed' };
			await reload();
			return { kind: 'saved', changed };
		},
		discard: () => store.discardDraft(),
		welcome: async () => {
			const channelId = settings.DISCORD_ADMIN_CHANNEL_ID ?? null;
			if (channelId !== null && policySettings(settings).tiers.some(({ prices: mapped }) => mapped.length > 0)) return false;
			try {
				const found = client.guilds.cache.get(guildId);
				const target = channelId ?? (found === undefined ? null : operatorChannel(found));
				if (target !== null && (await store.claimWelcome(new Date()))) {
					const once = nonceFor(`welcome:${guildId}`);
					await sendToChannel(outgoing, target, { embeds: [welcomeEmbed()], allowedMentions: { parse: [] }, ...once }).catch(
						async (error: unknown) => {
							await store.releaseWelcome();
							throw error;
						}
					);
				}
			} catch (error) {
				logger.warn('The welcome could not be posted:', error);
			}
			return true;
		}
	};
}

const setElsewhere = (variable: string) =>
	`That is set by ${variable}, which overrides what is chosen here. Change it there, or remove it there to choose it here.`;
