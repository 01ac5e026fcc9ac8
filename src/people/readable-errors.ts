import type { People } from '../reconciliation/domain/people.js';
import { SourceError } from '../reconciliation/domain/ports.js';

/**
 * The same people, with errors in words for operators: an error of a driver is logged, and a sentence without its words is thrown.
 * @param logger - receives the sentence and the error behind it
 */
export function withReadableErrors(people: People, logger: { error(...values: readonly unknown[]): void }): People {
	const readable = async <Result>(work: Promise<Result>): Promise<Result> => {
		try {
			return await work;
		} catch (error) {
			if (error instanceof SourceError && error.cause === undefined) throw error;
			const failure = error instanceof SourceError ? error : unreadable(people.name, error);
			logger.error(failure.message, failure.cause);
			throw failure;
		}
	};
	const { check, link, unlink } = people;
	return {
		name: people.name,
		readAll: (onProgress) => readable(people.readAll(onProgress)),
		readOf: (discordIds, customerIds) => readable(people.readOf(discordIds, customerIds)),
		...(check && { check: () => readable(check.call(people)) }),
		...(link && { link: (discordId, customerId) => readable(link.call(people, discordId, customerId)) }),
		...(unlink && { unlink: (rowId, discordId) => readable(unlink.call(people, rowId, discordId)) })
	};
}

function unreadable(place: string, cause: unknown): SourceError {
	return new SourceError(
		'database',
		`The members could not be read in ${place}. Check whether the bot itself can do it; the log has the error.`,
		{
			cause
		}
	);
}
