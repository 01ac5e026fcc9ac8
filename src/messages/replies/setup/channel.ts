import { ChannelType, ComponentType, SelectMenuDefaultValueType } from 'discord.js';
import type { SetupView } from '../../../reconciliation/setup/setup.js';
import { buildCustomId } from '../../custom-id.js';
import { fixedNote, problemLine, row, type SetupScreen, screen } from './screen.js';

/** The second step: where the reports are posted. */
export function channelScreen(view: SetupView, note: string | null): SetupScreen {
	const { id, problem, fixedBy } = view.channel;
	const lines = [
		'Reeve posts its reports in one text channel. They show names and what people pay for: choose a channel that only your team sees.',
		'',
		`**Admin channel** → ${id === null ? 'none yet' : `<#${id}>`}${fixedBy === null ? '' : ` (${fixedNote(fixedBy)})`}`,
		...(problem === null ? [] : [problemLine(problem)])
	];
	const menu = row({
		type: ComponentType.ChannelSelect,
		custom_id: buildCustomId({ action: 'setup-channel' }),
		placeholder: 'The channel for the reports…',
		channel_types: [ChannelType.GuildText],
		disabled: fixedBy !== null,
		...(id !== null && { default_values: [{ id, type: SelectMenuDefaultValueType.Channel }] })
	});
	return screen(view, 'channel', { lines, note, rows: [menu] });
}
