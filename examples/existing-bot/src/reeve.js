const { container } = require('@sapphire/framework');
const { prismaPeople } = require('reeve/prisma');
const { database } = require('./database');

const people = prismaPeople(database, {
	name: 'the book of the round table',
	member: {
		model: 'person',
		id: 'key',
		discordId: 'snowflake',
		customerId: 'billingId',
		seat: 'seat',
		teamId: 'companyKey',
		failedAt: 'overdueSince',
		extra: ['banished']
	},
	team: {
		model: 'company',
		id: 'key',
		customerId: 'billingId',
		name: 'title',
		failedAt: 'overdueSince',
		ownerSeats: 'ownerSeats',
		memberSeats: 'otherSeats'
	},
	seats: { HOST: 'OWNER', GUEST: 'TEAM_MEMBER', SOLO: 'INDIVIDUAL' }
});

exports.reeve = {
	guilds: [
		{
			id: process.env.GUILD_ID,
			adminChannelId: process.env.ADMIN_CHANNEL_ID,
			// Lowest first, each with the prices or products that buy it.
			tiers: [
				{ name: 'Knight', prices: ['price_knight'] },
				{ name: 'Lord', prices: ['price_lord'] }
			],
			timeZone: 'Europe/London',
			hour: 3
		}
	],
	stripe: { key: process.env.STRIPE_KEY, otherPrices: ['price_postcard'], apiUrl: process.env.STRIPE_API_URL },
	storage: { url: process.env.DATABASE_URL, schema: 'reeve' },
	people,
	// Who was banished has no access, whatever they pay for.
	adjust: (expected, { extra }) => (extra.banished ? { role: null } : expected),
	// The bot's own listeners answer for every denied command and every error.
	loadErrorListeners: false
};

exports.watchReeve = () => {
	const { events } = container.reeve;
	events.on('fixed', ({ issue, actor }) => container.logger.info(`${actor} fixed the roles of ${issue.discordId}`));
	events.on('failed', (failure) => container.logger.warn(`A ${failure.kind} of Reeve failed`));
};
