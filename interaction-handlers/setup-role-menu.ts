import type { RoleSelectMenuInteraction } from 'discord.js';
import { OperatorMenu } from '../src/interactions/operator-handler.js';
import { showSetup } from '../src/interactions/show-setup.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { fingerprint } from '../src/reconciliation/domain/fingerprint.js';
import { DEBTOR } from '../src/reconciliation/domain/rules.js';

/** Menu of the setup: the guild role of a managed role. */
export class SetupRoleMenu extends OperatorMenu<'setup-role', RoleSelectMenuInteraction> {
	protected readonly action = 'setup-role';

	protected async handle(interaction: RoleSelectMenuInteraction, { nameHash, page }: ActionOf<'setup-role'>) {
		const { setup } = this.container.reeve.services;
		await interaction.deferUpdate();
		const name = [...(await setup.tiers()), DEBTOR].find((each) => fingerprint(each) === nameHash);
		// The tiers were changed meanwhile: the step shows those of now.
		if (name === undefined) return showSetup(interaction, { step: 'roles' });
		const answer = await setup.chooseRole(name, interaction.values[0] ?? '', interaction.user.id);
		return showSetup(interaction, { step: 'roles', page, answer });
	}
}
