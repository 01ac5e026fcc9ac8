import type { ImportConflict } from '../../reconciliation/imports/result.js';

const AS_TEXT = 'Format the column as text before you paste the IDs into a spreadsheet, and export it again as CSV.';
const IN_STRIPE = 'Correct the metadata in Stripe, or use /reconcile link, which asks.';

/** Why a line conflicts, and what to do: plain sentences, with values as they were written. */
export function describeConflict(conflict: ImportConflict): string {
	switch (conflict.kind) {
		case 'no-member':
			return 'It names no member: give a Discord ID or a username.';
		case 'scientific-id':
			return `${conflict.value} is a Discord ID that a spreadsheet has rounded; its last digits are lost. ${AS_TEXT}`;
		case 'rounded-id':
			return `No member of the server has the ID ${conflict.value}, which looks as if a spreadsheet had rounded it. ${AS_TEXT}`;
		case 'malformed-id':
			return `${conflict.value} isn't a Discord ID: those have 17 to 20 digits.`;
		case 'unknown-username':
			return conflict.shownBy === 0
				? `No member of the server has the username ${conflict.value}. Give the Discord ID instead.`
				: `${conflict.value} is the name that ${conflict.shownBy === 1 ? 'a member shows' : `${conflict.shownBy} members show`}, not a username: anyone can take it. Give the username or the Discord ID instead.`;
		case 'ambiguous-username':
			return `${conflict.members} members have the username ${conflict.value}. Give the Discord ID instead.`;
		case 'bot':
			return "It names a bot, and bots don't pay for roles.";
		case 'no-payer':
			return 'It names no customer, email or team.';
		case 'malformed-customer':
			return `${conflict.value} isn't the ID of a customer in Stripe: those begin with cus_.`;
		case 'malformed-email':
			return `${conflict.value} isn't an email address.`;
		case 'unknown-customer':
			return `Stripe has no customer ${conflict.customerId}.`;
		case 'deleted-customer':
			return `The customer ${conflict.customerId} was deleted in Stripe, so it pays for nothing.`;
		case 'unknown-email':
			return `No customer in Stripe has the email ${conflict.value}.`;
		case 'ambiguous-email':
			return `Several customers in Stripe have the email ${conflict.value}: ${conflict.customerIds.join(', ')}. Give the customer's ID instead.`;
		case 'linked-elsewhere':
			return `${conflict.customerId} is linked to the member ${conflict.discordId}. If that is wrong, use /reconcile unlink on them first.`;
		case 'team-customer':
			return `${conflict.customerId} is the customer of the team ${conflict.team}. Give the team in the column team instead.`;
		case 'metadata-names-others':
			return `The metadata of ${conflict.customerId} in Stripe names ${conflict.discordIds.join(' and ')}. ${IN_STRIPE}`;
		case 'customer-twice':
			return `Line ${conflict.line} links ${conflict.customerId} to another member. Remove the wrong line.`;
		case 'seat-twice':
			return `Line ${conflict.line} gives this member another seat in the same team. Remove the wrong line.`;
		case 'unknown-team':
			return `There is no team ${conflict.value} in the database. An import adds members to teams, and creates none.`;
		case 'ambiguous-team':
			return `${conflict.teams} teams are called ${conflict.value}. Give the team's customer (cus_…) instead.`;
		case 'malformed-seat':
			return `${conflict.value} isn't a seat: write owner or member.`;
		case 'seat-without-team':
			return 'It names a seat, and no team.';
		case 'two-payers':
			return "It names a team, and a customer that isn't the team's. Use two lines.";
		case 'other-seat':
			return `They have a seat of the other kind in the team ${conflict.team}. Use /reconcile unlink on them first.`;
	}
}
