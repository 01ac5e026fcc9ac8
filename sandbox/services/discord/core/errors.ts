export interface ErrorTree {
	[key: string]: ErrorTree | { code: string; message: string }[];
}

export interface ErrorBody {
	message: string;
	code: number;
	errors?: ErrorTree;
}

/** An error response of Discord's. */
export class DiscordError extends Error {
	public constructor(
		public readonly status: number,
		public readonly body: ErrorBody
	) {
		super(body.message);
		this.name = 'DiscordError';
	}
}

const REFUSALS = {
	unauthorized: [401, 0, '401: Unauthorized'],
	internal: [500, 0, '500: Internal Server Error'],
	unknownApplication: [404, 10002, 'Unknown Application'],
	unknownChannel: [404, 10003, 'Unknown Channel'],
	unknownGuild: [404, 10004, 'Unknown Guild'],
	unknownMember: [404, 10007, 'Unknown Member'],
	unknownMessage: [404, 10008, 'Unknown Message'],
	unknownRole: [404, 10011, 'Unknown Role'],
	unknownUser: [404, 10013, 'Unknown User'],
	unknownWebhook: [404, 10015, 'Unknown Webhook'],
	unknownInteraction: [404, 10062, 'Unknown interaction'],
	unknownCommand: [404, 10063, 'Unknown application command'],
	commandLimit: [400, 30032, 'Maximum number of application commands reached (100)'],
	tooLarge: [413, 40005, 'Request entity too large'],
	acknowledged: [400, 40060, 'Interaction has already been acknowledged.'],
	missingAccess: [403, 50001, 'Missing Access'],
	notTheAuthor: [403, 50005, 'Cannot edit a message authored by another user'],
	emptyMessage: [400, 50006, 'Cannot send an empty message'],
	cannotDm: [403, 50007, 'Cannot send messages to this user'],
	missingPermissions: [403, 50013, 'Missing Permissions'],
	invalidWebhookToken: [401, 50027, 'Invalid Webhook Token'],
	invalidRole: [400, 50028, 'Invalid Role'],
	twoFactor: [403, 60003, 'Two factor is required for this operation'],
	invalidRecipients: [400, 50033, 'Invalid Recipient(s)'],
	invalidJson: [400, 50109, 'The request body contains invalid JSON.']
} as const;

/** The answer where Discord would do what the sandbox cannot. @param what - `POST /channels/1/threads`, or `poll` in a body */
export function notEmulated(what: string, status: 400 | 404): DiscordError {
	return new DiscordError(status, { message: `The sandbox does not emulate ${what}`, code: 0 });
}

/** The error response of this name. */
export function refusal(name: keyof typeof REFUSALS): DiscordError {
	const [status, code, message] = REFUSALS[name];
	return new DiscordError(status, { message, code });
}
