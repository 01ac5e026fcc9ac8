import type { DiscordContext } from '../context/context.js';
import { applicationRoutes } from './application-routes.js';
import { channelRoutes } from './channel-routes.js';
import { commandRoutes } from './command-routes.js';
import { guildRoutes } from './guild-routes.js';
import { interactionRoutes } from './interaction-routes.js';
import { memberRoutes } from './member-routes.js';
import type { RestServer } from './server.js';
import { webhookRoutes } from './webhook-routes.js';

/** Registers every route. */
export function addRoutes(server: RestServer, context: DiscordContext): void {
	applicationRoutes(server, context);
	guildRoutes(server, context);
	memberRoutes(server, context);
	channelRoutes(server, context);
	commandRoutes(server, context);
	interactionRoutes(server, context);
	webhookRoutes(server, context);
	server.addFallback();
	server.app.get('/attachments/:channel/:id/:filename', (c) => {
		const file = context.messages.attachments.find(c.req.param('id'));
		if (!file) return c.text('404: Not Found', 404);
		return new Response(file.bytes, { headers: { 'Content-Type': file.type || 'application/octet-stream' } });
	});
}
