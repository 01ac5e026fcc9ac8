import { type Client, Events, GatewayDispatchEvents, type Guild } from 'discord.js';
import type { MemberWatch } from '../reconciliation/changes/service.js';
import { watchMembers } from './member-changes.js';
import type { RoleIndex } from './role-index.js';

/** Watches the gateway for changes of managed roles, for joins, and for gaps in the events themselves. */
export function createMemberWatch(client: Client, guildId: string, index: RoleIndex): MemberWatch {
	return {
		watchMembers: ({ onRolesChanged, onJoin, onGap }) => {
			const onMissedEvents = () => {
				index.forget();
				onGap();
			};
			const onAvailable = (guild: Guild) => {
				if (guild.id === guildId) onMissedEvents();
			};
			const stopWatching = watchMembers(client, guildId, {
				onJoin: ({ user, roles }) => {
					index.update(user.id, roles);
					if (!user.bot) onJoin(user.id);
				},
				onUpdate: ({ user, roles }) => {
					if (index.update(user.id, roles) && !user.bot) onRolesChanged(user.id);
				},
				onLeave: (discordId) => index.leave(discordId)
			});
			// A new session: Discord does not send what happened since the old one ended. A resumed one gets all of it.
			client.ws.on(GatewayDispatchEvents.Ready, onMissedEvents);
			client.on(Events.GuildAvailable, onAvailable);
			return () => {
				stopWatching();
				client.ws.off(GatewayDispatchEvents.Ready, onMissedEvents);
				client.off(Events.GuildAvailable, onAvailable);
			};
		}
	};
}
