import {
	type Client,
	GatewayDispatchEvents,
	type GatewayGuildMemberAddDispatchData,
	type GatewayGuildMemberRemoveDispatchData,
	type GatewayGuildMemberUpdateDispatchData
} from 'discord.js';

export interface MemberChangeHandlers {
	onJoin(member: GatewayGuildMemberAddDispatchData): void;
	onUpdate(member: GatewayGuildMemberUpdateDispatchData): void;
	onLeave(discordId: string): void;
}

/** Passes on who joins, changes and leaves, as the gateway reports it. @returns a function that unsubscribes */
export function watchMembers({ ws }: Client, guildId: string, { onJoin, onUpdate, onLeave }: MemberChangeHandlers): () => void {
	const ofGuild =
		<Data extends { readonly guild_id: string }>(handle: (data: Data) => void) =>
		(data: Data) => {
			if (data.guild_id === guildId) handle(data);
		};
	const listeners = [
		[GatewayDispatchEvents.GuildMemberAdd, ofGuild(onJoin)],
		[GatewayDispatchEvents.GuildMemberUpdate, ofGuild(onUpdate)],
		[GatewayDispatchEvents.GuildMemberRemove, ofGuild(({ user }: GatewayGuildMemberRemoveDispatchData) => onLeave(user.id))]
	] as const;
	for (const [event, listener] of listeners) ws.on(event, listener);
	return () => {
		for (const [event, listener] of listeners) ws.off(event, listener);
	};
}
