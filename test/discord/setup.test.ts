import { ChannelType, Collection, type Guild, PermissionsBitField, type PermissionsString } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { operatorChannel } from '../../src/discord/setup.js';

const ALL: PermissionsString[] = ['ViewChannel', 'SendMessages', 'EmbedLinks', 'AttachFiles', 'ReadMessageHistory'];

interface Place {
	readonly id: string;
	readonly type?: ChannelType;
	/** What Reeve may do there. */
	readonly permissions?: PermissionsString[];
	readonly isPublic?: boolean;
}

/** @param moderators - the channel of Discord's own messages to moderators */
function chosenIn(places: readonly Place[], moderators: Place | null = null): string | null {
	const channelOf = ({ id, type = ChannelType.GuildText, permissions = ALL, isPublic = false }: Place) => ({
		id,
		type,
		permissions: new PermissionsBitField(permissions),
		permissionsFor: () => new PermissionsBitField(isPublic ? ['ViewChannel'] : [])
	});
	const guild = {
		members: { me: { permissionsIn: (channel: ReturnType<typeof channelOf>) => channel.permissions } },
		roles: { everyone: {} },
		channels: { cache: new Collection(places.map((place) => [place.id, channelOf(place)])) },
		publicUpdatesChannel: moderators === null ? null : channelOf(moderators)
	};
	return operatorChannel(guild as unknown as Guild);
}

describe('operatorChannel', () => {
	it('is never one that everyone sees', () => {
		expect(chosenIn([{ id: 'general', isPublic: true }])).toBeNull();
		expect(chosenIn([{ id: 'general', isPublic: true }, { id: 'team' }])).toBe('team');
	});

	it('prefers the channel for moderators, unless everyone sees that', () => {
		expect(chosenIn([{ id: 'team' }], { id: 'moderators' })).toBe('moderators');
		expect(chosenIn([{ id: 'team' }], { id: 'moderators', isPublic: true })).toBe('team');
	});

	it('is a text channel in which Reeve has every permission that it needs', () => {
		const lacking = ALL.filter((name) => name !== 'EmbedLinks');
		expect(
			chosenIn([
				{ id: 'voice', type: ChannelType.GuildVoice },
				{ id: 'quiet', permissions: lacking }
			])
		).toBeNull();
	});
});
