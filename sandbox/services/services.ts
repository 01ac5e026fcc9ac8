import { Faults } from './core/faults.js';
import { RequestLog } from './core/request-log.js';
import { type GuildWorldInput, guildSchema, type StripeWorldInput, stripeSchema } from './core/world.js';
import { SandboxDiscord } from './discord/discord.js';
import { SandboxMail } from './mail/mail.js';
import { closeServer, createServicesServer, listen } from './server.js';
import { SandboxStripe } from './stripe/stripe.js';

export interface Services {
	readonly log: RequestLog;
	readonly faults: Faults;
	readonly discord: SandboxDiscord;
	readonly stripe: SandboxStripe;
	readonly mail: SandboxMail;
}

export interface ServicesOptions {
	/** The bot token that Discord accepts. */
	readonly token: string;
	/** The secret key that Stripe accepts. */
	readonly stripeKey: string;
	readonly now?: () => Date;
}

/** The three services with one request log and one set of faults. @param port - the HTTP port they will be served on */
export function createServices({ token, stripeKey, now = () => new Date() }: ServicesOptions, port: () => number): Services {
	const log = new RequestLog();
	const faults = new Faults();
	return {
		log,
		faults,
		discord: new SandboxDiscord({ log, faults, token, now, gatewayUrl: () => `ws://127.0.0.1:${port()}/gateway` }),
		stripe: new SandboxStripe({ log, faults, key: stripeKey, now }),
		mail: new SandboxMail({ log, faults })
	};
}

export interface RunningServices extends Services {
	/** Base URL of Discord's API (`<url>/api`) and of Stripe's (`<url>`). */
	readonly url: string;
	readonly smtpUrl: string;
	/** Disconnects the bot and closes every socket. */
	close(): Promise<void>;
}

/** Starts the three services on free ports of the loopback interface. */
export async function startServices({
	guild,
	stripe,
	...options
}: ServicesOptions & { readonly guild?: GuildWorldInput; readonly stripe?: StripeWorldInput }): Promise<RunningServices> {
	let port = 0;
	const services = createServices(options, () => port);
	services.discord.load(guildSchema.parse(guild).members);
	services.stripe.load(stripeSchema.parse(stripe));
	const server = createServicesServer(services);
	port = await listen(server, 0);
	const mailPort = await services.mail.listen();
	return {
		...services,
		url: `http://127.0.0.1:${port}`,
		smtpUrl: `smtp://127.0.0.1:${mailPort}`,
		close: async () => {
			await services.discord.close();
			await Promise.all([services.mail.close(), closeServer(server)]);
		}
	};
}
