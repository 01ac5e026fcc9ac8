import { type APIAuditLogChange, type APIAuditLogEntry, type APIAuditLogOptions, AuditLogEvent } from 'discord-api-types/v10';
import type { Clock } from '../core/identity.js';

/** An entry for the audit log. */
export interface AuditAction {
	action: AuditLogEvent;
	userId: string;
	targetId: string;
	changes?: APIAuditLogChange[];
	options?: APIAuditLogOptions;
	reason?: string | undefined;
}

/** An audit-log entry as the control API shows it. */
export interface AuditLine {
	id: string;
	action: AuditLogEvent;
	actionName: string;
	userId: string | null;
	targetId: string | null;
	changes: APIAuditLogChange[];
	reason: string | null;
	at: string;
}

/** Discord deletes entries after this time. */
const RETENTION_MS = 45 * 86_400_000;

export class AuditLog {
	private readonly entries: { entry: APIAuditLogEntry; at: string }[] = [];

	public constructor(private readonly clock: Clock) {}

	public add(change: AuditAction): APIAuditLogEntry {
		const entry: APIAuditLogEntry = {
			id: this.clock.snowflake(),
			action_type: change.action,
			user_id: change.userId,
			target_id: change.targetId,
			changes: change.changes ?? [],
			...(change.options ? { options: change.options } : {}),
			...(change.reason ? { reason: change.reason } : {})
		};
		this.entries.push({ entry, at: this.clock.stamp() });
		return entry;
	}

	/** Oldest first, without those that Discord has deleted by now. */
	public list(): readonly APIAuditLogEntry[] {
		const oldest = this.clock.milliseconds() - RETENTION_MS;
		return this.entries.filter(({ at }) => Date.parse(at) >= oldest).map(({ entry }) => entry);
	}

	public lines(): AuditLine[] {
		return this.entries.map(({ entry, at }) => ({
			id: entry.id,
			action: entry.action_type,
			actionName: AuditLogEvent[entry.action_type],
			userId: entry.user_id,
			targetId: entry.target_id,
			changes: entry.changes ?? [],
			reason: entry.reason ?? null,
			at
		}));
	}
}
