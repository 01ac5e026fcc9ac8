import { container, type Piece } from '@sapphire/framework';
import type { Guild } from 'discord.js';
import { ReconcileCommand } from '../commands/reconcile.js';
import { WhyTheseRolesCommand } from '../commands/why-these-roles.js';
import { AcceptLinkButton } from '../interaction-handlers/accept-link-button.js';
import { AcceptRulesButton } from '../interaction-handlers/accept-rules-button.js';
import { AcceptRulesModal } from '../interaction-handlers/accept-rules-modal.js';
import { AskFixButton } from '../interaction-handlers/ask-fix-button.js';
import { AskLinkMemberButton } from '../interaction-handlers/ask-link-member-button.js';
import { AskLinkMemberModal } from '../interaction-handlers/ask-link-member-modal.js';
import { BulkButton } from '../interaction-handlers/bulk-button.js';
import { CancelButton } from '../interaction-handlers/cancel-button.js';
import { ConfirmButton } from '../interaction-handlers/confirm-button.js';
import { ConfirmCopyButton } from '../interaction-handlers/confirm-copy-button.js';
import { EndExemptionMenu } from '../interaction-handlers/end-exemption-menu.js';
import { EndOnboardingButton } from '../interaction-handlers/end-onboarding-button.js';
import { EndOnboardingModal } from '../interaction-handlers/end-onboarding-modal.js';
import { ExemptButton } from '../interaction-handlers/exempt-button.js';
import { ExemptModal } from '../interaction-handlers/exempt-modal.js';
import { ExemptionsButton } from '../interaction-handlers/exemptions-button.js';
import { ExplainButton } from '../interaction-handlers/explain-button.js';
import { ExportExemptionsButton } from '../interaction-handlers/export-exemptions-button.js';
import { ExportListButton } from '../interaction-handlers/export-list-button.js';
import { FixAllButton } from '../interaction-handlers/fix-all-button.js';
import { FixButton } from '../interaction-handlers/fix-button.js';
import { FixOneButton } from '../interaction-handlers/fix-one-button.js';
import { ForgetButton } from '../interaction-handlers/forget-button.js';
import { HistoryButton } from '../interaction-handlers/history-button.js';
import { IgnoreButton } from '../interaction-handlers/ignore-button.js';
import { IgnoreModal } from '../interaction-handlers/ignore-modal.js';
import { ImportButton } from '../interaction-handlers/import-button.js';
import { LinkButton } from '../interaction-handlers/link-button.js';
import { ListButton } from '../interaction-handlers/list-button.js';
import { MoreMenu } from '../interaction-handlers/more-menu.js';
import { NotesButton } from '../interaction-handlers/notes-button.js';
import { OpenCopyButton } from '../interaction-handlers/open-copy-button.js';
import { PageButton } from '../interaction-handlers/page-button.js';
import { PickLinkMenu } from '../interaction-handlers/pick-link-menu.js';
import { PickUnlinkMenu } from '../interaction-handlers/pick-unlink-menu.js';
import { PlanButton } from '../interaction-handlers/plan-button.js';
import { ReadinessButton } from '../interaction-handlers/readiness-button.js';
import { ReleaseButton } from '../interaction-handlers/release-button.js';
import { ReleaseModal } from '../interaction-handlers/release-modal.js';
import { SetupButton } from '../interaction-handlers/setup-button.js';
import { SetupChannelMenu } from '../interaction-handlers/setup-channel-menu.js';
import { SetupDiscardButton } from '../interaction-handlers/setup-discard-button.js';
import { SetupPriceMenu } from '../interaction-handlers/setup-price-menu.js';
import { SetupRoleMenu } from '../interaction-handlers/setup-role-menu.js';
import { SetupSaveButton } from '../interaction-handlers/setup-save-button.js';
import { SetupTiersButton } from '../interaction-handlers/setup-tiers-button.js';
import { SetupTiersModal } from '../interaction-handlers/setup-tiers-modal.js';
import { ShowListButton } from '../interaction-handlers/show-list-button.js';
import { SuggestButton } from '../interaction-handlers/suggest-button.js';
import { UndoButton } from '../interaction-handlers/undo-button.js';
import { UndoImportButton } from '../interaction-handlers/undo-import-button.js';
import { UnlinkButton } from '../interaction-handlers/unlink-button.js';
import { WhyButton } from '../interaction-handlers/why-button.js';
import { ChatInputCommandDeniedListener } from '../listeners/chat-input-command-denied.js';
import { ChatInputSubcommandErrorListener } from '../listeners/chat-input-subcommand-error.js';
import { ContextMenuCommandDeniedListener } from '../listeners/context-menu-command-denied.js';
import { ContextMenuCommandErrorListener } from '../listeners/context-menu-command-error.js';
import { InteractionHandlerErrorListener } from '../listeners/interaction-handler-error.js';
import { ReadyListener } from '../listeners/ready.js';
import { ScheduledTaskErrorListener } from '../listeners/scheduled-task-error.js';
import { ScheduledTaskNotFoundListener } from '../listeners/scheduled-task-not-found.js';
import { UnknownComponentListener } from '../listeners/unknown-component.js';
import { OperatorOnlyPrecondition } from '../preconditions/operator-only.js';
import { DailyReconciliationTask } from '../tasks/daily-reconciliation.js';
import { HousekeepingTask } from '../tasks/housekeeping.js';
import { VerificationTask } from '../tasks/verification.js';
import { COMMAND_PIECE, CONTEXT_MENU_PIECE, pieceName } from './piece-names.js';

/** Every piece by store and file. `test/pieces.test.ts` fails if a file of a piece is missing here. */
export const PIECES = {
	commands: { reconcile: ReconcileCommand, 'why-these-roles': WhyTheseRolesCommand },
	'interaction-handlers': {
		'accept-link-button': AcceptLinkButton,
		'accept-rules-button': AcceptRulesButton,
		'accept-rules-modal': AcceptRulesModal,
		'ask-fix-button': AskFixButton,
		'ask-link-member-button': AskLinkMemberButton,
		'ask-link-member-modal': AskLinkMemberModal,
		'bulk-button': BulkButton,
		'cancel-button': CancelButton,
		'end-exemption-menu': EndExemptionMenu,
		'end-onboarding-button': EndOnboardingButton,
		'end-onboarding-modal': EndOnboardingModal,
		'exempt-button': ExemptButton,
		'exempt-modal': ExemptModal,
		'exemptions-button': ExemptionsButton,
		'explain-button': ExplainButton,
		'fix-all-button': FixAllButton,
		'fix-button': FixButton,
		'fix-one-button': FixOneButton,
		'forget-button': ForgetButton,
		'history-button': HistoryButton,
		'ignore-button': IgnoreButton,
		'ignore-modal': IgnoreModal,
		'import-button': ImportButton,
		'link-button': LinkButton,
		'confirm-button': ConfirmButton,
		'confirm-copy-button': ConfirmCopyButton,
		'list-button': ListButton,
		'show-list-button': ShowListButton,
		'export-exemptions-button': ExportExemptionsButton,
		'export-list-button': ExportListButton,
		'more-menu': MoreMenu,
		'notes-button': NotesButton,
		'open-copy-button': OpenCopyButton,
		'page-button': PageButton,
		'pick-link-menu': PickLinkMenu,
		'pick-unlink-menu': PickUnlinkMenu,
		'plan-button': PlanButton,
		'readiness-button': ReadinessButton,
		'release-button': ReleaseButton,
		'release-modal': ReleaseModal,
		'setup-button': SetupButton,
		'setup-channel-menu': SetupChannelMenu,
		'setup-discard-button': SetupDiscardButton,
		'setup-price-menu': SetupPriceMenu,
		'setup-role-menu': SetupRoleMenu,
		'setup-save-button': SetupSaveButton,
		'setup-tiers-button': SetupTiersButton,
		'setup-tiers-modal': SetupTiersModal,
		'suggest-button': SuggestButton,
		'undo-button': UndoButton,
		'undo-import-button': UndoImportButton,
		'unlink-button': UnlinkButton,
		'why-button': WhyButton
	},
	listeners: {
		'chat-input-command-denied': ChatInputCommandDeniedListener,
		'chat-input-subcommand-error': ChatInputSubcommandErrorListener,
		'context-menu-command-denied': ContextMenuCommandDeniedListener,
		'context-menu-command-error': ContextMenuCommandErrorListener,
		'interaction-handler-error': InteractionHandlerErrorListener,
		ready: ReadyListener,
		'scheduled-task-error': ScheduledTaskErrorListener,
		'scheduled-task-not-found': ScheduledTaskNotFoundListener,
		'unknown-component': UnknownComponentListener
	},
	preconditions: { 'operator-only': OperatorOnlyPrecondition },
	'scheduled-tasks': {
		'daily-reconciliation': DailyReconciliationTask,
		housekeeping: HousekeepingTask,
		verification: VerificationTask
	}
} as const;

/** A bot may handle these errors of Reeve's command and buttons by itself. */
const ERROR_LISTENERS: ReadonlySet<string> = new Set([
	'chat-input-command-denied',
	'chat-input-subcommand-error',
	'context-menu-command-denied',
	'context-menu-command-error',
	'interaction-handler-error'
]);

type PieceClass = new (context: Piece.LoaderContext, options: Piece.Options) => Piece;

/** Which pieces are registered. */
export interface PieceSelection {
	readonly command: boolean;
	readonly contextMenu: boolean;
	readonly errorListeners: boolean;
	/** Asked when Sapphire loads them, at the login. */
	readonly isEnabled: () => boolean;
}

/**
 * Registers the pieces with Sapphire as classes; they are loaded at login. Sapphire's own loader would scan folders and import every file
 * in them, helpers included, by the module type of the working directory.
 */
export async function registerPieces({ command, contextMenu, errorListeners, isEnabled }: PieceSelection): Promise<void> {
	const { commands, 'scheduled-tasks': _, ...others } = PIECES;
	const selected = command ? { commands, ...others } : others;
	// All at once, before the constructor of the client returns: what the bot registers afterwards replaces them.
	const loading = Object.entries(selected).flatMap(([store, pieces]) =>
		Object.entries(pieces)
			.filter(([name]) => contextMenu || pieceName(name) !== CONTEXT_MENU_PIECE)
			.filter(([name]) => errorListeners || !ERROR_LISTENERS.has(name))
			.map(([name, piece]) => {
				const entry = { store: store as keyof typeof selected, name: pieceName(name), piece: onlyIf(isEnabled, piece) as typeof piece };
				return container.stores.loadPiece(entry);
			})
	);
	await Promise.all(loading);
}

/** The piece, which Sapphire does not load while Reeve is disabled. */
function onlyIf(isEnabled: () => boolean, PieceClass: PieceClass): PieceClass {
	return class extends PieceClass {
		public constructor(context: Piece.LoaderContext, options: Piece.Options) {
			super(context, options);
			if (!isEnabled()) this.enabled = false;
		}
	};
}

/** Registers the commands in a server that Reeve joined after its start. Sapphire registers them at the login only. @throws Discord's error */
export async function registerCommandsIn(guild: Guild): Promise<void> {
	const commands = container.stores.get('commands');
	const [command, contextMenu] = [commands.get(COMMAND_PIECE), commands.get(CONTEXT_MENU_PIECE)];
	if (command instanceof ReconcileCommand) await command.registerIn(guild);
	if (contextMenu instanceof WhyTheseRolesCommand) await contextMenu.registerIn(guild);
}
