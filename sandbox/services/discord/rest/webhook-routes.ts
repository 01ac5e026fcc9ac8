import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { IDS } from '../core/identity.js';
import type { Interaction } from '../interactions/interactions.js';
import type { StoredMessage } from '../messages/messages.js';
import { editStored, followUp } from './answers.js';
import { type Call, nothing, ok, param } from './call.js';
import type { RestServer } from './server.js';

const ONE = '/webhooks/:application/:token/messages/:message';

/** Responses after the first one, authorized by the interaction's token. */
export function webhookRoutes(server: RestServer, context: DiscordContext): void {
	const open = { open: true };
	server.route('POST', '/webhooks/:application/:token', (call) => ok(followUp(context, live(context, call), call.body, call.files)), open);
	server.route('GET', ONE, (call) => ok(messageOf(context, live(context, call), call).message), open);
	server.route(
		'PATCH',
		ONE,
		(call) => {
			const interaction = live(context, call);
			const stored = messageOf(context, interaction, call);
			const message = editStored(context, stored, call.body, call.files);
			interaction.continued = true;
			if (stored.message.id === interaction.originalId) interaction.updated = true;
			return ok(message);
		},
		open
	);
	server.route(
		'DELETE',
		ONE,
		(call) => {
			context.messages.delete(messageOf(context, live(context, call), call));
			return nothing();
		},
		open
	);
}

/** The interaction of this token, if it was answered in time and has not expired. */
function live(context: DiscordContext, call: Call): Interaction {
	const interaction = context.interactions.withToken(param(call, 'token'));
	if (!interaction || param(call, 'application') !== IDS.application || interaction.answer === null) throw refusal('unknownWebhook');
	if (context.interactions.isExpired(interaction)) throw refusal('invalidWebhookToken');
	return interaction;
}

function messageOf(context: DiscordContext, interaction: Interaction, call: Call): StoredMessage {
	const asked = param(call, 'message');
	const id = asked === '@original' ? interaction.originalId : asked;
	const own = id !== null && (id === interaction.originalId || interaction.followUps.includes(id));
	const stored = own ? context.messages.find(id) : undefined;
	if (!stored) throw refusal('unknownMessage');
	return stored;
}
