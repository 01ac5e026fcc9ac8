import type { EndOnboardingResult } from '../../reconciliation/runs/end-onboarding.js';
import { count, describeActor, number } from '../format/format.js';
import { mention } from '../format/text.js';
import { ago } from '../format/timestamps.js';

/** Replies to ending onboarding. */

export function endOnboardingReply(result: EndOnboardingResult): string {
	switch (result.kind) {
		case 'ended':
			return 'You have ended the setup. The report now shows the issues, and every run reports them from now on. No role was changed.';
		case 'wrong-number':
			return `Nothing was changed: the number is ${number(result.losing)}. Look at some of these people with \`/reconcile export\`, and type it if they are to be reported.`;
		case 'already-ended':
			return `Nothing was changed: ${describeActor(result.by)} has already ended the setup ${ago(result.at)}.`;
		case 'outdated':
			return 'Nothing was changed: a newer run has other numbers. Use the button of the newest report, or `/reconcile run`.';
	}
}

/** The line in the admin channel. @param losing - members whom the issues would take access from */
export function onboardingEndedAnnouncement(actor: string, losing: number): string {
	const effect = losing === 0 ? '' : ` ${count(losing, 'person', 'people')} would lose access or move down; no role was changed.`;
	return `${mention(actor)} ended the setup: issues are reported from now on.${effect}`;
}
