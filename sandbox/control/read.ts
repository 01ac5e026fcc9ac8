import type { Context } from 'hono';
import type { z } from 'zod';
import { ControlError } from '../services/core/control-error.js';

export function answer(body: unknown, status = 200): Response {
	return Response.json(body, { status });
}

/** The body as JSON; an empty body is an empty object. */
export async function json(c: Context): Promise<unknown> {
	const text = await c.req.text();
	if (text.trim() === '') return {};
	try {
		return JSON.parse(text);
	} catch {
		throw new ControlError(400, 'the body is not valid JSON');
	}
}

/** Validates a request body or query. @throws {ControlError} 400 with the first errors and their paths */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new ControlError(400, parsed.error.issues.slice(0, MAX_ISSUES_SHOWN).map(formatIssue).join('; '));
}

const MAX_ISSUES_SHOWN = 5;

function formatIssue(issue: z.core.$ZodIssue): string {
	const where = issue.path.map(String).join('.');
	return `${where === '' ? '' : `${where}: `}${issueMessage(issue)}`;
}

function issueMessage(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case 'unrecognized_keys':
			return `unknown: ${issue.keys.join(', ')}`;
		case 'invalid_type':
			if (issue.input === undefined && issue.message.includes('received undefined')) return 'is missing';
			return issue.message.startsWith('Invalid input: expected ')
				? issue.message.replace('Invalid input: expected', 'must be a').replace(', received', ', but is')
				: issue.message;
		case 'invalid_value':
			return issue.message.startsWith('Invalid') ? `must be ${issue.values.map(String).join(' or ')}` : issue.message;
		default:
			return issue.message;
	}
}
