import type { StringSelectMenuInteraction } from 'discord.js';
import { OperatorMenu } from '../src/interactions/operator-handler.js';
import { showSetup } from '../src/interactions/show-setup.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { buysOf } from '../src/messages/replies/setup/prices.js';
import { fingerprint } from '../src/reconciliation/domain/fingerprint.js';

/** Menu of the setup: what a price buys. */
export class SetupPriceMenu extends OperatorMenu<'setup-price'> {
	protected readonly action = 'setup-price';

	protected async handle(interaction: StringSelectMenuInteraction, { nameHash, page }: ActionOf<'setup-price'>) {
		const { setup } = this.container.reeve.services;
		await interaction.deferUpdate();
		const { prices } = await setup.view();
		const found = prices.kind === 'read' ? prices.prices.find(({ price }) => fingerprint(price.id) === nameHash) : undefined;
		if (found === undefined) return showSetup(interaction, { step: 'prices', page });
		const answer = await setup.choosePrice(found.price.id, buysOf(interaction.values[0] ?? ''), interaction.user.id);
		return showSetup(interaction, { step: 'prices', page, answer });
	}
}
