import { Precondition } from '@sapphire/framework';
import type { ChatInputCommandInteraction, ContextMenuCommandInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { NotRunningError } from '../src/lifecycle.js';
import { OPERATOR_ONLY } from '../src/piece-names.js';

export class OperatorOnlyPrecondition extends Precondition {
	public constructor(context: Precondition.LoaderContext, options: Precondition.Options) {
		super(context, { ...options, name: OPERATOR_ONLY });
	}

	public override chatInputRun(interaction: ChatInputCommandInteraction) {
		return this.check(interaction);
	}

	public override contextMenuRun(interaction: ContextMenuCommandInteraction) {
		return this.check(interaction);
	}

	private check(interaction: ChatInputCommandInteraction | ContextMenuCommandInteraction) {
		const message = this.denial(interaction);
		// By convention, listeners of a bot leave silent errors alone: Reeve's own listener replies.
		return message === null ? this.ok() : this.error({ message, context: { silent: true } });
	}

	/** Null for an operator. */
	private denial(interaction: ChatInputCommandInteraction | ContextMenuCommandInteraction): string | null {
		try {
			return operatorDenial(interaction, this.container.reeve.services.operators);
		} catch (error) {
			if (error instanceof NotRunningError) return error.message;
			throw error;
		}
	}
}

declare module '@sapphire/framework' {
	interface Preconditions {
		'reeve.operator-only': never;
	}
}
