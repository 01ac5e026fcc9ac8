import { type APIAuditLogChange, type APIAuditLogEntry, AuditLogEvent } from 'discord-api-types/v10';
import type { Clock } from '../core/identity.js';

/** An entry for the audit log. */
export interface AuditAction {
	action: AuditLogEvent;
	userId: string;
	targetId: string;
	changes?: APIAuditLogChange[];
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
			...(change.reason ? { reason: change.reason } : {})
		};
		this.entries.push({ entry, at: this.clock.stamp() });
		return entry;
	}

	/** Oldest first. */
	public list(): readonly APIAuditLogEntry[] {
		return this.entries.map(({ entry }) => entry);
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
