import { InteractionResponseType as Answer, MessageFlags } from 'discord-api-types/v10';
import type { DiscordContext } from '../context/context.js';
import { refusal } from '../core/errors.js';
import { answerInteraction } from './answers.js';
import { nothing, ok, param } from './call.js';
import type { RestServer } from './server.js';

/** The first response to an interaction. Authorized by the interaction's token. */
export function interactionRoutes(server: RestServer, context: DiscordContext): void {
	server.route(
		'POST',
		'/interactions/:interaction/:token/callback',
		(call) => {
			const interaction = context.interactions.withToken(param(call, 'token'));
			if (!interaction || interaction.id !== param(call, 'interaction')) throw refusal('unknownInteraction');
			answerInteraction(context, interaction, call.body, call.files);
			if (call.query.get('with_response') !== 'true') return nothing();

			const { answer, originalId, ephemeral } = interaction;
			const message = originalId === null ? undefined : context.messages.find(originalId)?.message;
			const shown = answer === Answer.ChannelMessageWithSource || answer === Answer.UpdateMessage;
			return ok({
				interaction: {
					id: interaction.id,
					type: interaction.type,
					...(message
						? {
								response_message_id: message.id,
								response_message_loading: ((message.flags ?? 0) & MessageFlags.Loading) !== 0,
								response_message_ephemeral: ephemeral
							}
						: {})
				},
				...(shown && message ? { resource: { type: answer, message } } : {})
			});
		},
		{ open: true }
	);
}
