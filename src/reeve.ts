import type { ChartService } from './charts/service.js';
import type { OperatorPolicy } from './discord/operators.js';
import type { InFlightWork } from './lifecycle.js';
import type { ReportService } from './messages/delivery/reports.js';
import type { StripeMode } from './messages/format/stripe-links.js';
import type { StatusSettings } from './messages/replies/status-lines.js';
import type { AlertService } from './reconciliation/alerts/service.js';
import type { ChangeService } from './reconciliation/changes/service.js';
import type { FixService } from './reconciliation/fixes/service.js';
import type { HealthService } from './reconciliation/health/service.js';
import type { ImportService } from './reconciliation/imports/service.js';
import type { MemberService } from './reconciliation/members/service.js';
import type { RoleHistory } from './reconciliation/origins/history.js';
import type { PrivacyService } from './reconciliation/privacy/forget.js';
import type { PreviewService } from './reconciliation/runs/preview.js';
import type { RunService } from './reconciliation/runs/service.js';
import type { ScheduleService } from './reconciliation/schedule/service.js';
import type { SetupService } from './reconciliation/setup/setup.js';
import type { Database } from './store/connection/database.js';

/** What the pieces call, one service per subject: `container.reeve.services.fixes.apply(…)`. */
export interface Reeve {
	readonly runs: RunService;
	readonly preview: PreviewService;
	readonly setup: SetupService;
	readonly fixes: FixService;
	readonly members: MemberService;
	readonly imports: ImportService;
	readonly privacy: PrivacyService;
	readonly schedule: ScheduleService;
	readonly changes: ChangeService;
	readonly reports: ReportService;
	readonly health: HealthService;
	readonly alerts: AlertService;
	readonly charts: ChartService;
	/** Keeps who changed roles, if the settings say so. */
	readonly roleHistory: Pick<RoleHistory, 'start' | 'stop'>;
	readonly lifecycle: InFlightWork;
	readonly operators: OperatorPolicy;
	/** The settings that replies show or depend on. */
	readonly settings: StatusSettings & { readonly timeZone: string; readonly stripeMode: StripeMode };
	readonly database: Database;
}
