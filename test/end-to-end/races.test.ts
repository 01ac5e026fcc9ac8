import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox, type StoredIssue } from '../../sandbox/sandbox.js';
import type { Fault } from '../../sandbox/services/core/faults.js';
import type { WorldInput } from '../../sandbox/world/world.js';
import { buttonOf, click, fixButtons, managedRolesOf, refetch, runCommand, waitForMessage, waitForReply } from './operator.js';

const OPERATORS = ['operator', 'second', 'third', 'fourth'];
/** Pay for Knight and hold no role; hold Lord and stopped paying; pay for Knight and hold Lord. Each test uses the next ones. */
const KINDS = { payer: 8, leaver: 15, mixed: 6 } as const;
type Kind = keyof typeof KINDS;

const people = Object.entries(KINDS).flatMap(([kind, count], row) =>
	Array.from({ length: count }, (_, index) => ({
		kind,
		name: `${kind}${index}.`,
		id: `30000000000000${row + 1}${String(index).padStart(3, '0')}`
	}))
);
const idOf = (name: string) => people.find((person) => person.name === name)?.id as string;

const world: WorldInput = {
	guild: {
		members: [
			...people.map(({ kind, name, id }) => ({ id, username: name, roles: kind === 'payer' ? [] : ['Lord', 'Guest'] })),
			...OPERATORS.slice(1).map((username, index) => ({ id: `30000000000000900${index}`, username, operator: true, roles: [] }))
		]
	},
	stripe: {
		customers: people.map(({ name }) => ({ id: `cus_${name.slice(0, -1)}` })),
		subscriptions: people.map(({ kind, name }) => ({
			id: `sub_${name.slice(0, -1)}`,
			customer: `cus_${name.slice(0, -1)}`,
			status: kind === 'leaver' ? ('canceled' as const) : ('active' as const),
			price: kind === 'leaver' ? 'price_lord' : 'price_knight'
		}))
	},
	database: { members: people.map(({ name, id }) => ({ id: `m_${name}`, discordId: id, stripeCustomerId: `cus_${name.slice(0, -1)}` })) }
};

describe('concurrent actions', () => {
	let sandbox: Sandbox;
	let report: APIMessage;
	const used: Record<Kind, number> = { payer: 0, leaver: 0, mixed: 0 };
	let callsBefore = 0;
	beforeAll(async () => {
		const env = { RECONCILIATION_AUTO_FIX: 'true', RECONCILIATION_MAX_REVOKE_PERCENT: '100' };
		sandbox = await Sandbox.start({ world, env });
		report = await reportOnly();
	});
	afterAll(() => sandbox?.stop());
	beforeEach(() => {
		callsBefore = allRoleCalls().length;
	});
	afterEach(() => sandbox.faults.clear());

	/** A member that no other test uses. */
	const nextMember = (kind: Kind) => {
		used[kind] += 1;
		return `${kind}${used[kind] - 1}.`;
	};
	const sub = (name: string) => `sub_${name.slice(0, -1)}`;
	const allRoleCalls = () => sandbox.requests().filter(({ method, path }) => method !== 'GET' && path.includes('/roles/'));
	/** What Discord accepted of this person's in the test at hand. */
	const changes = (name: string) =>
		allRoleCalls()
			.slice(callsBefore)
			.filter(({ path, status }) => status === 204 && path.includes(idOf(name)))
			.map(({ method }) => method);
	const issueOf = async (name: string) => (await sandbox.issues()).find(({ discordId }) => discordId === idOf(name)) as StoredIssue;
	const allRoles = (name: string) =>
		sandbox
			.guild()
			.members.find(({ username }) => username === name)
			?.roles.toSorted();

	/** Runs a reconciliation that changes nothing. @returns its report */
	async function reportOnly(): Promise<APIMessage> {
		const id = sandbox.command('operator', 'reconcile run', { mode: 'report' });
		await waitForReply(sandbox, id, /^Done/);
		const [run] = await sandbox.runs(1);
		return sandbox.messages().find((message) => message.id === run?.reportMessageId) as APIMessage;
	}
	/** Shows the plan of one member. */
	async function offer(name: string, user = 'operator'): Promise<{ id: string; press: () => string }> {
		const { id, answer } = await runCommand(sandbox, 'reconcile fix', { issue: name }, user);
		return { id, press: () => sandbox.click(user, answer.id, buttonOf(answer, /Apply fix/)) };
	}
	/** Applies the plan and waits for the outcome. */
	async function apply({ id, press }: { id: string; press: () => string }): Promise<string> {
		press();
		return (await waitForReply(sandbox, id, / (now|no longer) has |^(Not fixed|Nothing was changed)/)).content;
	}
	/** Holds the next matching request that `begin` causes, and waits until it has arrived. */
	async function holdRequest(fault: Pick<Fault, 'target' | 'match'>, begin: () => void): Promise<void> {
		const before = sandbox.requests().length;
		sandbox.faults.add({ ...fault, kind: 'hold', times: 1 });
		begin();
		const like = new RegExp((fault.match ?? '').replaceAll('*', '.*'));
		await sandbox.until(() =>
			sandbox
				.requests()
				.slice(before)
				.some(({ method, path, status }) => status === null && like.test(`${method} ${path}`))
		);
	}

	test('a hundred clicks of four operators on one button take effect once, and each gets a reply', async () => {
		const name = nextMember('payer');
		const button = fixButtons(report)[0]?.custom_id as string;
		const clicks = Array.from({ length: 100 }, (_, index) => sandbox.click(OPERATORS[index % 4] as string, report.id, button));
		// An interaction without a response in time throws here.
		const answers = await Promise.all(clicks.map((id) => waitForMessage(sandbox, id, /./)));
		expect(answers.filter((answer) => / now has /.test(answer))).toHaveLength(1);
		for (const answer of answers) expect(answer).toMatch(/ now has |<@\d+> is already fixing |<@\d+> already fixed /);
		expect(changes(name)).toEqual(['PUT']);
		expect((await issueOf(name)).attempts).toMatchObject([{ outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'] }]);
	});

	test('twenty presses of one bulk button by four operators fix each member once, and each gets a reply', async () => {
		const names = Array.from({ length: KINDS.mixed }, () => nextMember('mixed'));
		const plans = await Promise.all(OPERATORS.map((user) => runCommand(sandbox, 'reconcile fix', { kind: 'ROLE_MISMATCH' }, user)));
		const presses = plans.flatMap(({ answer }, index) =>
			Array.from({ length: 5 }, () => sandbox.click(OPERATORS[index] as string, answer.id, buttonOf(answer, /Move down/)))
		);
		await sandbox.until(() => presses.every((id) => sandbox.interaction(id).state === 'answered'));
		for (const { id } of plans) await waitForReply(sandbox, id, /^(Done|Nothing was changed)/);
		// The reply to a later press can come before the first press has fixed everything.
		const issues = () => Promise.all(names.map(issueOf));
		await sandbox.until(async () => (await issues()).every(({ status }) => status === 'FIXED'));
		for (const [index, { attempts }] of (await issues()).entries()) {
			const name = names[index] as string;
			expect(managedRolesOf(sandbox, name)).toEqual(['Knight']);
			expect(changes(name)).toEqual(['PUT', 'DELETE']);
			expect(attempts.filter(({ outcome }) => outcome === 'FIXED')).toHaveLength(1);
			expect(attempts.filter(({ outcome }) => outcome === null)).toEqual([]);
		}
	});

	test('an undo is refused while the member is being fixed, and a fix while the undo is in progress', async () => {
		const name = nextMember('payer');
		await apply(await offer(name));
		const line = await sandbox.until(() => sandbox.messages().find(({ content }) => content.includes(name)));
		const undo = buttonOf(line, /Undo/);
		sandbox.discord.changeRoles({ user: name, remove: ['Knight'] });
		await reportOnly();
		const offered = await offer(name);
		await holdRequest({ target: 'discord', match: `PUT *${idOf(name)}/roles/*` }, offered.press);
		expect(await click(sandbox, line, undo, 'second')).toMatch(/^Nothing was changed: .* has been at the roles of/);
		sandbox.faults.clear();
		expect((await waitForReply(sandbox, offered.id, / (now|no longer) has /)).content).toContain('now has Knight');
		expect(await click(sandbox, line, undo, 'second')).toContain('only the newest fix of a person can be undone');

		const newest = await sandbox.until(() => sandbox.messages().findLast(({ content, id }) => content.includes(name) && id !== line.id));
		let undoing = '';
		await holdRequest({ target: 'discord', match: `DELETE *${idOf(name)}/roles/*` }, () => {
			undoing = sandbox.click('second', newest.id, buttonOf(newest, /Undo/));
		});
		const { id: issue, planHash } = await issueOf(name);
		const typed = sandbox.command('operator', 'reconcile fix', { issue: `${issue}:${planHash}` });
		expect(await waitForMessage(sandbox, typed, /./)).toContain(' is already fixing ');
		sandbox.faults.clear();
		expect(await waitForMessage(sandbox, undoing, /./)).toMatch(/^Undone/);
		expect(changes(name)).toEqual(['PUT', 'PUT', 'DELETE']);
		expect((await issueOf(name)).attempts.map(({ outcome }) => outcome)).toEqual(['FIXED', 'FIXED', 'UNDONE']);
	});

	test('a member exempted while a fix revalidates is not changed', async () => {
		const name = nextMember('leaver');
		const offered = await offer(name);
		await holdRequest({ target: 'stripe', match: 'GET /v1/subscriptions' }, offered.press);
		const exempted = await runCommand(sandbox, 'reconcile exempt', { member: name, reason: 'a founder' }, 'second');
		expect(exempted.answer.content).toMatch(/exempt/);
		sandbox.faults.clear();
		expect((await waitForReply(sandbox, offered.id, /^Nothing was changed/)).content).toContain('exempt');
		expect(changes(name)).toEqual([]);
		expect(await issueOf(name)).toMatchObject({ status: 'RESOLVED', attempts: [{ outcome: 'EXEMPT' }] });
	});

	test('a member linked to a paying customer while a fix revalidates keeps their roles', async () => {
		const name = nextMember('leaver');
		sandbox.stripe.create('customers', { id: 'cus_second' });
		sandbox.stripe.create('subscriptions', { id: 'sub_second', customer: 'cus_second', status: 'active', price: 'price_lord' });
		const offered = await offer(name);
		await holdRequest({ target: 'stripe', match: 'GET /v1/subscriptions' }, offered.press);
		const linked = await runCommand(sandbox, 'reconcile link', { member: name, customer: 'cus_second' }, 'second');
		expect(linked.answer.content).toContain('cus_second');
		sandbox.faults.clear();
		expect((await waitForReply(sandbox, offered.id, /^Nothing was changed/)).content).toContain('the drift is gone');
		expect(changes(name)).toEqual([]);
		expect(managedRolesOf(sandbox, name)).toEqual(['Lord']);
	});

	test('a member who pays again between the report and the click keeps their roles', async () => {
		const name = nextMember('leaver');
		const offered = await offer(name);
		sandbox.stripe.update('subscriptions', sub(name), { status: 'active' });
		expect(await apply(offered)).toContain('the drift is gone');
		expect(changes(name)).toEqual([]);
		expect(managedRolesOf(sandbox, name)).toEqual(['Lord']);
	});

	test('a member who stops paying between the report and the click gets no role', async () => {
		const name = nextMember('payer');
		const offered = await offer(name);
		sandbox.stripe.update('subscriptions', sub(name), { status: 'canceled' });
		expect(await apply(offered)).toContain('the drift is gone');
		expect(changes(name)).toEqual([]);
	});

	test('a member who changes tier before the click gets a new plan, which needs another confirmation', async () => {
		const name = nextMember('payer');
		const offered = await offer(name);
		sandbox.stripe.update('subscriptions', sub(name), { price: 'price_lord' });
		expect(await apply(offered)).toMatch(/the plan has changed since you saw it.* \*\*Give Lord\*\*/);
		expect(changes(name)).toEqual([]);
		expect(await apply(await offer(name))).toMatch(/ now has Lord/);
	});

	test('a role changed by hand between the report and the click leads to a new plan', async () => {
		const name = nextMember('leaver');
		const offered = await offer(name);
		sandbox.discord.changeRoles({ user: name, add: ['Knight'] });
		expect(await apply(offered)).toMatch(/the plan has changed since you saw it.* \*\*Remove Knight and Lord\*\*/);
		expect(changes(name)).toEqual([]);
		expect(allRoles(name)).toEqual(['Guest', 'Knight', 'Lord']);
	});

	test('roles changed by hand during a role call are kept', async () => {
		const name = nextMember('leaver');
		sandbox.discord.createRole({ name: 'Speaker' });
		const offered = await offer(name);
		await holdRequest({ target: 'discord', match: `DELETE *${idOf(name)}/roles/*` }, offered.press);
		sandbox.discord.changeRoles({ user: name, add: ['Speaker', 'Knight'], remove: ['Guest'] });
		sandbox.faults.clear();
		expect((await waitForReply(sandbox, offered.id, / (now|no longer) has /)).content).toContain('no longer has Lord');
		expect(allRoles(name)).toEqual(['Knight', 'Speaker']);
		expect((await issueOf(name)).attempts).toMatchObject([{ rolesBefore: ['Lord'], rolesAfter: ['Knight'] }]);
	});

	test.each(['payer', 'leaver'] as const)('a %s who leaves between revalidation and the role call is reported as such', async (kind) => {
		const name = nextMember(kind);
		const offered = await offer(name);
		await holdRequest({ target: 'discord', match: `${kind === 'payer' ? 'PUT' : 'DELETE'} *${idOf(name)}/roles/*` }, offered.press);
		sandbox.discord.kick(name);
		sandbox.faults.clear();
		const { content } = await waitForReply(sandbox, offered.id, /^(Not fixed|Nothing was changed)/);
		expect(content).toContain('This member has left the server.');
		const issue = await sandbox.until(async () => (await sandbox.issues()).find(({ discordId }) => discordId === idOf(name)));
		expect(issue.attempts).toMatchObject([{ error: 'This member has left the server.' }]);
	});

	test('a run skips a member who is linked while it reads', async () => {
		const name = nextMember('leaver');
		sandbox.stripe.create('customers', { id: 'cus_late' });
		let run = '';
		await holdRequest({ target: 'stripe', match: 'GET /v1/subscriptions' }, () => {
			run = sandbox.command('operator', 'reconcile run', { member: name });
		});
		await waitForMessage(sandbox, run, /Reading links: \d+ links ✓/);
		await runCommand(sandbox, 'reconcile link', { member: name, customer: 'cus_late' }, 'second');
		sandbox.faults.clear();
		expect(await waitForMessage(sandbox, run, /^Done/)).toContain('changed while this run was reading');
		expect((await sandbox.runs(1))[0]).toMatchObject({ issuesFound: 0, notices: { leftToNextRun: 1 } });
		expect(changes(name)).toEqual([]);
	});

	test('a pause during a manual run appears in its reply, and the run completes', async () => {
		let run = '';
		await holdRequest({ target: 'stripe', match: 'GET /v1/subscriptions' }, () => {
			run = sandbox.command('operator', 'reconcile run', { mode: 'report' });
		});
		await runCommand(sandbox, 'reconcile pause', { reason: 'moving' }, 'second');
		sandbox.faults.clear();
		expect((await waitForReply(sandbox, run, /^Done/)).content).toMatch(/paused/);
		await runCommand(sandbox, 'reconcile resume', {}, 'second');
	});

	test('an operator who loses the role before pressing is refused, for one fix and for many', async () => {
		const name = nextMember('payer');
		const one = await runCommand(sandbox, 'reconcile fix', { issue: name }, 'third');
		const many = await runCommand(sandbox, 'reconcile fix', { all: true }, 'third');
		sandbox.discord.changeRoles({ user: 'third', remove: ['Operator'] });
		for (const [{ answer }, label] of [
			[one, /Apply fix/],
			[many, /Remove access/]
		] as const)
			expect(await click(sandbox, answer, buttonOf(answer, label), 'third')).toContain('Only operators');
		expect(changes(name)).toEqual([]);
		expect((await issueOf(name)).attempts).toEqual([]);
		sandbox.discord.changeRoles({ user: 'third', add: ['Operator'] });
	});

	test('a member exempted before a run with auto-fix reaches them is not changed', async () => {
		// As many as a run fixes concurrently.
		const [first] = [nextMember('leaver'), nextMember('leaver'), nextMember('leaver'), nextMember('leaver')];
		const exempted = nextMember('leaver');
		let run = '';
		await holdRequest({ target: 'discord', match: 'DELETE */roles/*' }, () => {
			run = sandbox.command('operator', 'reconcile run');
		});
		await runCommand(sandbox, 'reconcile exempt', { member: exempted, reason: 'a guest of honour' }, 'second');
		sandbox.faults.clear();
		expect(await waitForMessage(sandbox, run, /^Done/)).toMatch(/\d+ fixed/);
		expect(managedRolesOf(sandbox, first)).toEqual([]);
		expect([changes(exempted), managedRolesOf(sandbox, exempted)]).toEqual([[], ['Lord']]);
	});

	test('a member exempted while a run with auto-fix revalidates is not changed', async () => {
		const name = nextMember('leaver');
		sandbox.discord.changeRoles({ user: name, add: ['Lord'] });
		let run = '';
		// The first two such requests come from the run, which knows the page boundaries; the third from the fix.
		sandbox.faults.add({ target: 'stripe', kind: 'hold', match: 'GET /v1/subscriptions', after: 2, times: 1 });
		run = sandbox.command('operator', 'reconcile run', { member: name });
		await sandbox.until(() => sandbox.requests().some(({ path, status }) => status === null && path === '/v1/subscriptions'));
		await runCommand(sandbox, 'reconcile exempt', { member: name, reason: 'a guest of honour' }, 'second');
		sandbox.faults.clear();
		await waitForMessage(sandbox, run, /^Done/);
		expect(changes(name)).toEqual([]);
		expect((await issueOf(name)).attempts.at(-1)).toMatchObject({ actor: 'reeve', outcome: 'EXEMPT' });
	});

	test('every attempt has an outcome and one audit log entry', async () => {
		const attempts = (await sandbox.issues()).flatMap((issue) => issue.attempts);
		expect(attempts.filter(({ outcome }) => outcome === null)).toEqual([]);
		const audited = (await sandbox.audit()).filter(({ action }) => action === 'fix' || action === 'undo').map(({ attemptId }) => attemptId);
		expect(audited.toSorted()).toEqual(attempts.map(({ id }) => id).toSorted());
		expect(refetch(sandbox, report)).toBeDefined();
		// What the tests above provoke: plans on hold, and roles that Discord refuses.
		const provoked = / (Fix not done|Undo not done|On hold until an operator approves it)\. /;
		expect(sandbox.log().filter((line) => / (WARN|ERROR) /.test(line) && !provoked.test(line))).toEqual([]);
	});
});
