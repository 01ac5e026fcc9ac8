import { describe, expect, test } from 'vitest';
import { parseCustomId } from '../../../src/messages/custom-id.js';
import {
	exemptedAnnouncement,
	exemptedReply,
	exemptionEndedAnnouncement,
	exemptionEndedReply,
	exemptionsReply,
	ignoreModal,
	notIgnoredReply
} from '../../../src/messages/replies/exemptions.js';
import { exemptionsFile } from '../../../src/messages/replies/exemptions-file.js';
import type { StoredExemption } from '../../../src/reconciliation/members/exemption.js';
import { ADA, AT, AT_SECONDS, OPERATOR } from '../fixtures.js';

const exemption = (over: Partial<StoredExemption> = {}): StoredExemption => ({
	id: 'exemption1',
	discordId: ADA,
	reason: 'founder',
	createdBy: OPERATOR,
	createdAt: AT,
	expiresAt: null,
	...over
});
const many = (count: number) => Array.from({ length: count }, (_, index) => exemption({ id: `e${index}`, reason: `reason ${index}` }));
const listed = (all: readonly StoredExemption[], page = 0, name = 'ada') =>
	exemptionsReply(all, page, async (ids) => new Map([...ids].map((id) => [id, name])));

describe('exemption replies', () => {
	test('state the end, the settled issue and the replaced exemption', () => {
		const replaced = [exemption({ reason: 'moderator', createdBy: ADA })];
		const message = exemptedReply({ exemption: exemption({ expiresAt: AT }), replaced, settledIn: 'run1' });
		expect(message).toContain(
			`<@${ADA}> is exempt until <t:${AT_SECONDS}:f>: Reeve leaves their roles as they are. Their open issue is closed.`
		);
		expect(message).toContain(`This replaces the exemption by <@${ADA}> <t:${AT_SECONDS}:R>: moderator`);
	});

	test('are announced in one line without pings or formatting', () => {
		const line = exemptedAnnouncement({ exemption: exemption({ reason: 'a\nb @everyone **c**' }), replaced: [], settledIn: null });
		expect(line).toBe(`<@${OPERATOR}> exempted <@${ADA}> until an operator ends it: a b @\u200Beveryone \\*\\*c\\*\\*`);
	});

	test('show an imported author by name', () => {
		expect(exemptedReply({ exemption: exemption(), replaced: [exemption({ createdBy: 'import' })], settledIn: null })).toContain(
			'by import'
		);
	});

	test('say if the exemption has already ended', () => {
		expect(exemptionEndedReply(exemption())).toContain(`The exemption of <@${ADA}> has ended.`);
		expect(exemptionEndedReply(null)).toContain('has already ended');
		expect(exemptionEndedAnnouncement(OPERATOR, exemption())).toBe(`<@${OPERATOR}> ended the exemption of <@${ADA}> (founder).`);
	});

	test('say if the issue is settled or unknown', () => {
		expect(notIgnoredReply(null)).toContain('does not know this issue any more');
		expect(notIgnoredReply({ discordId: ADA })).toContain('settled already');
	});
});

describe('exemptionsReply', () => {
	test('lists member, end, author and reason, with a menu to end one', async () => {
		const { embeds, components } = await listed([exemption()]);
		expect(embeds[0]?.description).toBe(`<@${ADA}> · until an operator ends it · by <@${OPERATOR}> <t:${AT_SECONDS}:R>\nfounder`);
		expect(components).toMatchObject([
			{ components: [{ options: [{ label: 'ada', description: 'founder', value: 'exemption1' }] }] },
			{ components: [{ label: 'Export' }] }
		]);
	});

	test('clamps a page that no longer exists to the last', async () => {
		expect((await listed(many(10))).components[1]?.components).toHaveLength(1);
		expect((await listed(many(11))).components[1]?.components).toHaveLength(4);
		expect((await listed(many(11), 9)).embeds[0]?.description).toContain('reason 10');
	});

	test('says if there are none', async () => {
		expect((await listed([])).content).toContain('No exemptions');
	});

	test('keeps to the limits with hostile names and reasons', async () => {
		const hostile = many(10).map((each) => ({ ...each, reason: '*@everyone'.repeat(50), expiresAt: AT }));
		const { embeds, components } = await listed(hostile, 0, '\u202E'.repeat(90));
		expect((embeds[0]?.description ?? '').length).toBeLessThanOrEqual(4096);
		for (const row of components)
			for (const menu of row.components)
				for (const { label, description } of 'options' in menu ? menu.options : []) {
					expect(label.length).toBeGreaterThan(0);
					expect(label.length).toBeLessThanOrEqual(100);
					expect((description ?? '').length).toBeLessThanOrEqual(100);
				}
	});
});

test('exemptionsFile has every exemption, whose author may be a name', async () => {
	const all = [...many(50), exemption({ createdBy: 'import', reason: '=1+1', expiresAt: AT })];
	const names = async () => new Map([[ADA, 'ada']]);
	const { content, files } = await exemptionsFile(all, names);
	const lines = files[0]?.attachment.toString().trim().split('\r\n') ?? [];
	expect([content, lines.length]).toEqual(['51 exemptions.', 52]);
	expect(lines[1]).toContain(`"<@${ADA}>","ada","reason 0","<@${OPERATOR}>"`);
	expect(lines[51]).toContain(`"'=1+1","import"`);
	expect((await exemptionsFile(all, names, 500)).content).toMatch(/^51 exemptions\. The file has \d of them\.$/);
	expect((await exemptionsFile([], names)).files).toEqual([]);
});

test('ignoreModal carries the issue and keeps to the limits', () => {
	const action = { action: 'ignore', runId: 'run1', page: 2, issueId: 'issue1' } as const;
	const modal = ignoreModal(action);
	expect(parseCustomId(modal.custom_id)).toEqual(action);
	expect(modal.title.length).toBeLessThanOrEqual(45);
	for (const row of modal.components)
		for (const input of 'components' in row ? row.components : []) expect('label' in input && (input.label ?? '').length <= 45).toBe(true);
});
