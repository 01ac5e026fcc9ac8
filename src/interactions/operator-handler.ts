import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { AnySelectMenuInteraction, ButtonInteraction, ModalSubmitInteraction, StringSelectMenuInteraction } from 'discord.js';
import { operatorDenial } from '../discord/operators.js';
import { replyEphemeral } from '../discord/replies.js';
import { type ActionName, type ActionOf, parseAction } from '../messages/custom-id.js';

type OperatorInteraction = ButtonInteraction | AnySelectMenuInteraction | ModalSubmitInteraction;

/**
 * A button, menu or modal of Reeve's: recognises its custom ID by action, refuses everyone but operators, and tracks the reply so that
 * shutdown waits for it. A subclass names its action and handles it.
 */
abstract class OperatorHandler<Interaction extends OperatorInteraction, Action extends ActionName> extends InteractionHandler {
	protected abstract readonly action: Action;
	protected abstract handle(interaction: Interaction, action: ActionOf<Action>): Promise<unknown>;

	public override parse(interaction: OperatorInteraction) {
		const action = parseAction(interaction.customId, this.action);
		return action === null ? this.none() : this.some(action);
	}

	public override run(interaction: Interaction, action: ActionOf<Action>): Promise<unknown> {
		const { reeve } = this.container;
		const { lifecycle, operators } = reeve.services;
		const reworded = reeve.reworded(interaction);
		return lifecycle.trackReply(async () => {
			const denied = operatorDenial(interaction, operators);
			return denied === null ? this.handle(reworded, action) : replyEphemeral(reworded, denied);
		});
	}
}

export abstract class OperatorButton<Action extends ActionName> extends OperatorHandler<ButtonInteraction, Action> {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}
}

export abstract class OperatorMenu<
	Action extends ActionName,
	Interaction extends AnySelectMenuInteraction = StringSelectMenuInteraction
> extends OperatorHandler<Interaction, Action> {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.SelectMenu });
	}
}

export abstract class OperatorModal<Action extends ActionName> extends OperatorHandler<ModalSubmitInteraction, Action> {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.ModalSubmit });
	}
}
