import type { Preflight } from '../../../reconciliation/setup/preflight.js';
import type { SetupCheck, SetupView } from '../../../reconciliation/setup/setup.js';
import { COLOURS } from '../../format/colours.js';
import { describeEffects } from '../../format/effects.js';
import { count, number } from '../../format/format.js';
import { MAX_FIELD_LENGTH } from '../../format/limits.js';
import { fitLines } from '../../format/lines.js';
import { sentence } from '../../format/text.js';
import { problemLine, row, type SetupScreen, saveButton, screen } from './screen.js';

/** The last step: what the first run would find, and saving. */

const LINE_LENGTH = 400;

/** Ways to link people, for an operator with payers who are not. */
const WAYS = [
	'**Bring people in:**',
	'- `/reconcile import`: a list of Discord IDs or usernames with emails or customers',
	'- `/reconcile suggest`: people and payers of the same name, side by side',
	'- `/reconcile link`: one person',
	'- or let your checkout store the Discord ID in the metadata of the customer or subscription'
];

export function checkScreen(view: SetupView, check: SetupCheck): SetupScreen {
	const wrong = check.results.filter(({ verdict }) => verdict !== 'ok');
	const isBad = check.problems.length > 0 || wrong.some(({ verdict }) => verdict === 'blocking' || verdict === 'error');
	const lines = [
		...check.problems.map(problemLine),
		...(check.failure === null ? [] : [problemLine(`Comparing failed. ${check.failure}`)]),
		...(check.preflight === null ? [] : preflightLines(check.preflight)),
		...(wrong.length === 0
			? []
			: [
					'',
					'**Worth a look:**',
					fitLines(
						wrong.map(({ subject, message }) => `- ${subject}: ${sentence(message, LINE_LENGTH)}`),
						MAX_FIELD_LENGTH,
						{ cutLast: true }
					)
				]),
		'',
		Object.keys(check.draft).length === 0
			? 'These settings are in force: there is nothing to save. `/reconcile run` compares everyone.'
			: 'Saving changes no role. The next run compares everyone with these settings; `/reconcile run` starts one.'
	];
	const canSave = check.problems.length === 0 && Object.keys(check.draft).length > 0;
	return screen(view, 'check', {
		lines,
		rows: canSave ? [row(saveButton(check.draft))] : [],
		colour: isBad ? COLOURS.bad : wrong.length > 0 ? COLOURS.amber : COLOURS.good
	});
}

function preflightLines({ coverage, unknown, effects }: Preflight): readonly string[] {
	const { payers, linkedPayers, holders, unlinkedHolders } = coverage;
	const described = describeEffects(effects);
	return [
		`**${count(payers, 'customer pays', 'customers pay')} in Stripe, ${number(linkedPayers)} of them linked to a Discord user.**`,
		`${count(holders, 'member holds', 'members hold')} a managed role, ${number(unlinkedHolders)} of them without a link.`,
		...(unknown === 0
			? []
			: [`Of ${count(unknown, 'person', 'people')} Reeve does not know what they should have: they keep what they have.`]),
		described === '' ? 'No linked person has the wrong roles.' : `Among the linked people: ${described}.`,
		...(linkedPayers < payers || unlinkedHolders > 0 ? ['', ...WAYS] : [])
	];
}
