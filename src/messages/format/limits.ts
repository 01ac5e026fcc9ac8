/** Discord's limits, in UTF-16 units where they count characters. */

/** Suggestions of an autocomplete, and options of a select menu. */
export const MAX_CHOICES = 25;

/** A suggestion, and the label and description of a menu option. */
export const MAX_CHOICE_LENGTH = 100;

export const MAX_MESSAGE_LENGTH = 2000;

/** The value of an embed's field. */
export const MAX_FIELD_LENGTH = 1024;

/** Of an embed. */
export const MAX_DESCRIPTION_LENGTH = 4096;

/** A button's label. */
export const MAX_LABEL_LENGTH = 80;

/** The texts of all embeds of a message together. */
export const MAX_EMBEDS_LENGTH = 6000;

export const MAX_NONCE_LENGTH = 25;

/** Of an attached file. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024 - 1;

/** The alt text of an attached file. */
export const MAX_FILE_DESCRIPTION_LENGTH = 1024;
