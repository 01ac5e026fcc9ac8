/** What Reeve does in this bot. */
exports.reeve = {
	guilds: [
		{
			id: process.env.GUILD_ID,
			adminChannelId: process.env.ADMIN_CHANNEL_ID,
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
	// The bot's own listeners answer for every denied command and every error.
	loadErrorListeners: false
};
