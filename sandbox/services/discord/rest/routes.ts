import type { DiscordContext } from '../context/context.js';
import { applicationRoutes } from './application-routes.js';
import { channelRoutes } from './channel-routes.js';
import { commandRoutes } from './command-routes.js';
import { guildRoutes } from './guild-routes.js';
import { interactionRoutes } from './interaction-routes.js';
import { memberRoutes } from './member-routes.js';
import type { RestServer } from './server.js';
import { webhookRoutes } from './webhook-routes.js';

/** All that Discord's REST interface does here. */
export function addRoutes(server: RestServer, house: DiscordContext): void {
	applicationRoutes(server, house);
	guildRoutes(server, house);
	memberRoutes(server, house);
	channelRoutes(server, house);
	commandRoutes(server, house);
	interactionRoutes(server, house);
	webhookRoutes(server, house);
	server.otherwise();
	server.app.get('/attachments/:channel/:id/:filename', (context) => {
		const file = house.messages.attachments.find(context.req.param('id'));
		if (!file) return context.text('404: Not Found', 404);
		return new Response(file.bytes, { headers: { 'Content-Type': file.type || 'application/octet-stream' } });
	});
}
