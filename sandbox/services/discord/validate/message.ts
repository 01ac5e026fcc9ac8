import {
	AllowedMentionsTypes,
	type APIAllowedMentions,
	type APIEmbed,
	type APIMessageTopLevelComponent,
	MessageFlags,
	MessageReferenceType,
	type RESTAPIMessageReference
} from 'discord-api-types/v10';
import { notEmulated } from '../core/errors.js';
import type { UploadedFile } from '../core/files.js';
import { checkComponents } from './component.js';
import { checkEmbeds } from './embed.js';
import { type Field, Form } from './form.js';
import { refuseProperties } from './not-emulated.js';

const MAX_CONTENT_LENGTH = 2_000;
const MAX_ATTACHMENTS = 10;
const MAX_NONCE_LENGTH = 25;
const MAX_MENTIONS = 100;

const KNOWN_FLAGS = Object.values(MessageFlags).reduce<number>((sum, bit) => (typeof bit === 'number' ? sum | bit : sum), 0);
const ANY_MESSAGE = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2;

const NOT_EMULATED = ['poll', 'sticker_ids', 'shared_client_theme'];

/** A message as sent by a bot. In an edit, an absent field is unchanged and null clears it. */
export interface MessageInput {
	content?: string | null;
	embeds?: APIEmbed[] | null;
	components?: APIMessageTopLevelComponent[] | null;
	allowed_mentions?: APIAllowedMentions | null;
	attachments?: { id: string | number; filename?: string; description?: string }[] | null;
	flags?: number | null;
	nonce?: string | number | null;
	enforce_nonce?: boolean;
	tts?: boolean;
	message_reference?: RESTAPIMessageReference;
}

export interface MessageRules {
	/** The path of the message in the body. */
	prefix?: readonly string[];
	/** Flags allowed in addition to those of any message. */
	flags?: number;
	/** The message being edited. */
	before?: { flags: number; attachments: readonly string[] };
	files: readonly UploadedFile[];
}

/** @throws DiscordError 50035 with every validation error */
export function checkMessage(body: unknown, rules: MessageRules): MessageInput {
	refuseProperties(body, NOT_EMULATED);
	const form = new Form();
	const message = form.field(body ?? {}, rules.prefix);
	if (message.model()) {
		message.at('content').text({ max: MAX_CONTENT_LENGTH });
		message.at('tts').boolean();
		checkNonce(message.at('nonce'));
		message.at('enforce_nonce').boolean();
		checkEmbeds(message.at('embeds'));
		checkMentions(message.at('allowed_mentions'));
		const flags = checkFlags(message.at('flags'), rules);
		const v2 = ((flags | (rules.before?.flags ?? 0)) & MessageFlags.IsComponentsV2) !== 0;
		checkComponents(message.at('components'), v2);
		if (v2) rejectLegacyParts(message);
		checkAttachments(message.at('attachments'), rules);
		const reference = message.at('message_reference');
		if (reference.model(false)) reference.at('message_id').snowflake(true);
		if (reference.at('type').value === MessageReferenceType.Forward) throw notEmulated('forwarding', 400);
	}
	form.check();
	return (body ?? {}) as MessageInput;
}

/** A message with the IS_COMPONENTS_V2 flag has components only. */
function rejectLegacyParts(message: Field): void {
	const filled = (part: Field) => part.given && part.value !== '' && !(Array.isArray(part.value) && part.value.length === 0);
	for (const name of ['content', 'embeds']) {
		const part = message.at(name);
		if (filled(part))
			part.fail(
				'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
				`The '${name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`
			);
	}
}

function checkFlags(field: Field, { flags: more = 0, before }: MessageRules): number {
	const flags = field.integer({ min: 0 }) ?? 0;
	// An edit may repeat flags that the message already has.
	const allowed = before ? KNOWN_FLAGS : ANY_MESSAGE | more;
	if ((flags & ~allowed) !== 0) field.fail('MESSAGE_FLAGS_INVALID', `Flags ${flags & ~allowed} cannot be set here.`);
	return flags;
}

function checkNonce(nonce: Field): void {
	if (!nonce.given || (typeof nonce.value === 'number' && Number.isInteger(nonce.value))) return;
	nonce.text({ max: MAX_NONCE_LENGTH });
}

function checkMentions(mentions: Field): void {
	if (!mentions.model(false)) return;
	const kinds = [AllowedMentionsTypes.Everyone, AllowedMentionsTypes.Role, AllowedMentionsTypes.User];
	const parse = mentions.at('parse').list({ max: kinds.length });
	const asked = parse.flatMap((kind) => kind.oneOf(kinds, true) ?? []);
	if (new Set(asked).size < asked.length) mentions.at('parse').fail('SET_TYPE_CONTAINS_DUPLICATES', 'The set may not contain duplicates');
	mentions.at('replied_user').boolean();
	for (const [name, kind] of [
		['users', AllowedMentionsTypes.User],
		['roles', AllowedMentionsTypes.Role]
	] as const) {
		const ids = mentions.at(name).list({ max: MAX_MENTIONS });
		for (const id of ids) id.snowflake(true);
		if (ids.length > 0 && asked.includes(kind)) {
			mentions.fail('MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', `parse:["${kind}"] and ${name}: [ids...] are mutually exclusive.`);
		}
	}
}

function checkAttachments(field: Field, { files, before }: MessageRules): void {
	const listed = field.list({ max: MAX_ATTACHMENTS });
	const known = new Set([...files.map((file) => file.index), ...(before?.attachments ?? [])]);
	for (const attachment of listed) {
		if (!attachment.model()) continue;
		const id = attachment.at('id').snowflake(true);
		attachment.at('filename').text({ max: 1024 });
		attachment.at('description').text({ max: 1024 });
		if (id !== undefined && !known.has(id))
			attachment.at('id').fail('ATTACHMENT_NOT_FOUND', `Attachment data not found for attachment with id ${id}`);
	}
	if (!field.given && files.length > MAX_ATTACHMENTS) field.fail('BASE_TYPE_MAX_LENGTH', `Must be ${MAX_ATTACHMENTS} or fewer in length.`);
}
