import type { Client } from 'discord.js';
import { distinctiveSecretsOf, secretsOf } from '../config/derived.js';
import type { Settings } from '../config/env.js';
import { createRedactor, REDACTED, type Redactor, type Redactors } from '../redaction/redactor.js';

/** Removes the secrets of the settings, and the token of the client once it has one. */
export function redactorsFor(client: Client, settings: Settings): Redactors {
	const withToken = (redact: Redactor): Redactor => {
		return (text) => redact(client.token ? text.replaceAll(client.token, REDACTED) : text);
	};
	return {
		all: withToken(createRedactor(secretsOf(settings))),
		distinctive: withToken(createRedactor(distinctiveSecretsOf(settings)))
	};
}
