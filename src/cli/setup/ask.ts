import { passwordsIn } from '../../config/derived.js';
import { settingProblem } from '../../config/env.js';
import type { Draft } from './draft.js';
import type { Prompts } from './prompts.js';

/** What the questions of setup have in common. */

export interface Session {
	readonly prompts: Prompts;
	readonly draft: Draft;
}

type Setting = Parameters<typeof settingProblem>[0];

/** Asks for a text and stores it. @param standard - what Reeve assumes without the setting @throws {CancelledError} */
export async function askText({ prompts, draft }: Session, name: Setting, message: string, standard = ''): Promise<string> {
	const check = (answer: string) => (answer === '' && standard === '' ? undefined : settingProblem(name, answer));
	const answer = await prompts.text(message, draft.get(name) ?? standard, check);
	draft.set(name, answer, standard);
	return answer;
}

/**
 * Asks for a secret without showing it, and stores it. Enter keeps the one that is known.
 * @returns it; undefined if it is optional and there is none
 * @throws {CancelledError}
 */
export async function askSecret(
	{ prompts, draft }: Session,
	name: Setting,
	message: string,
	{ optional = false } = {}
): Promise<string | undefined> {
	const known = draft.get(name);
	const problem = known === undefined ? undefined : settingProblem(name, known);
	const kept = problem === undefined ? known : undefined;
	const hint = kept !== undefined ? ' (Enter keeps the one you have)' : optional ? ' (Enter for none)' : '';
	const answer = await prompts.secret(`${message}${hint}`, (text) => {
		if (text !== '') return settingProblem(name, text);
		return kept !== undefined || optional ? undefined : 'Paste it here; it is not shown.';
	});
	const value = answer === '' ? kept : answer;
	draft.set(name, value ?? null);
	if (value !== undefined) prompts.hide([value, ...(URL.canParse(value) ? passwordsIn(value).filter((text) => text.length > 3) : [])]);
	return value;
}
