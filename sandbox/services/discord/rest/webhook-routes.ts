import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { IDS } from '../core/identity.js';
import type { Interaction } from '../interactions/interactions.js';
import type { StoredMessage } from '../messages/messages.js';
import { editStored, followUp } from './answers.js';
import { type Call, nothing, ok, param } from './call.js';
import type { RestServer } from './server.js';

const ONE = '/webhooks/:application/:token/messages/:message';

/** What comes after the first answer, for as long as the interaction's token lives. */
export function webhookRoutes(server: RestServer, house: DiscordContext): void {
	const open = { open: true };
	server.route('POST', '/webhooks/:application/:token', (call) => ok(followUp(house, live(house, call), call.body, call.files)), open);
	server.route('GET', ONE, (call) => ok(messageOf(house, live(house, call), call).message), open);
	server.route(
		'PATCH',
		ONE,
		(call) => {
			const interaction = live(house, call);
			const stored = messageOf(house, interaction, call);
			const message = editStored(house, stored, call.body, call.files);
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
			house.messages.delete(messageOf(house, live(house, call), call));
			return nothing();
		},
		open
	);
}

/** The interaction whose token this is, if it was answered in time and is not over. */
function live(house: DiscordContext, call: Call): Interaction {
	const interaction = house.interactions.withToken(param(call, 'token'));
	if (!interaction || param(call, 'application') !== IDS.application || interaction.answer === null) throw refusal('unknownWebhook');
	if (house.interactions.expired(interaction)) throw refusal('invalidWebhookToken');
	return interaction;
}

function messageOf(house: DiscordContext, interaction: Interaction, call: Call): StoredMessage {
	const asked = param(call, 'message');
	const id = asked === '@original' ? interaction.originalId : asked;
	const own = id !== null && (id === interaction.originalId || interaction.followUps.includes(id));
	const stored = own ? house.messages.find(id) : undefined;
	if (!stored) throw refusal('unknownMessage');
	return stored;
}
