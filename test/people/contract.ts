import { describe, expect, it } from 'vitest';
import type { MemberRow, TeamRow } from '../../src/reconciliation/domain/links.js';
import type { People } from '../../src/reconciliation/domain/people.js';
import { row, team } from '../reconciliation/builders.js';
import { snowflake } from '../store/builders.js';

/** Where people are kept, for a test. */
export interface Place {
	readonly people: Omit<People, 'check'>;
	/** Inserts rows. */
	readonly put: (members: readonly MemberRow[], teams?: readonly TeamRow[]) => Promise<unknown>;
}

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();

/** What Reeve relies on, wherever people are kept. */
export function peopleContract(place: () => Place): void {
	describe('people', () => {
		it('are read whole over several pages, with the progress', async () => {
			const { people, put } = place();
			const batch = snowflake();
			await put(Array.from({ length: 4_500 }, (_, index) => row({ id: `${batch}-${index}`, discordId: snowflake() })));
			const done: number[] = [];
			const { members } = await people.readAll((progress) => done.push(progress.done));
			expect(new Set(ids(members).filter((id) => id.startsWith(batch))).size).toBe(4_500);
			expect(done.length).toBeGreaterThan(2);
			expect(done.at(-1)).toBe(members.length);
		});

		it('have all their fields, dates to the millisecond', async () => {
			const { people, put } = place();
			const [ada, acme] = [snowflake(), `team-${snowflake()}`];
			const paymentFailedAt = new Date('2026-02-03T04:05:06.789Z');
			const member = row({
				id: `m-${ada}`,
				discordId: ada,
				stripeCustomerId: `cus_${ada}`,
				seatTier: 'OWNER',
				teamId: acme,
				paymentFailedAt
			});
			const company = team({
				id: acme,
				name: 'Acme',
				stripeCustomerId: `cus_t${ada}`,
				ownerSeatCount: 1,
				teamSeatCount: 5,
				paymentFailedAt
			});
			await put([member], [company]);
			const read = await people.readOf([ada], []);
			expect(read).toEqual({ members: [member], teams: [company] });
			expect((await people.readAll(() => {})).teams).toContainEqual(company);
		});

		it('are read with the rows of their customers and the teams of both, and no others', async () => {
			const { people, put } = place();
			const [ada, bob, eve] = [snowflake(), snowflake(), snowflake()];
			const teams = [ada, eve].map((id) => team({ id: `team-${id}`, name: id, stripeCustomerId: `cus_team_${id}` }));
			await put(
				[
					row({ id: `${ada}-seat`, discordId: ada, teamId: `team-${ada}` }),
					row({ id: `${ada}-own`, discordId: ada, stripeCustomerId: `cus_${ada}` }),
					row({ id: `${bob}-same`, discordId: bob, stripeCustomerId: `cus_${ada}` }),
					row({ id: `${bob}-asked`, discordId: bob, stripeCustomerId: `cus_asked_${ada}` }),
					row({ id: `${eve}-other`, discordId: eve, stripeCustomerId: `cus_${eve}`, teamId: `team-${eve}` })
				],
				teams
			);
			const read = await people.readOf([ada], [`cus_asked_${ada}`]);
			expect(ids(read.members)).toEqual([`${ada}-own`, `${ada}-seat`, `${bob}-asked`, `${bob}-same`].sort());
			expect(ids(read.teams)).toEqual([`team-${ada}`]);
			expect(ids((await people.readOf([snowflake()], [`cus_team_${eve}`])).teams)).toEqual([`team-${eve}`]);
		});

		it.each([1, 500])('are found by IDs with spaces, mentions, text around them, or rounded: %i at once', async (size) => {
			const { people, put } = place();
			const ada = snowflake();
			const rounded = `${ada.slice(0, 15)}${'0'.repeat(ada.length - 15)}`;
			const written = [` ${ada}\n`, `<@${ada}>`, `"${ada}"`, rounded, `${ada}1`, ada.slice(1)];
			await put(written.map((discordId, index) => row({ id: `${ada}-${index}`, discordId })));
			await people.readAll(() => {});
			const asked = [ada, ...Array.from({ length: size - 1 }, () => snowflake())];
			// One digit more may still be a valid ID of another user.
			expect(ids((await people.readOf(asked, [])).members)).toEqual([`${ada}-0`, `${ada}-1`, `${ada}-2`, `${ada}-3`]);
		});

		it('are found by an ID with text around it that was written after the last full reading', async () => {
			const { people, put } = place();
			const ada = snowflake();
			await people.readAll(() => {});
			await put([row({ id: ada, discordId: `discord:${ada}` })]);
			expect(ids((await people.readOf([ada], [])).members)).toEqual([ada]);
		});

		it('are read a thousand at once', async () => {
			const { people, put } = place();
			const many = Array.from({ length: 1_000 }, () => snowflake());
			await put(many.map((discordId) => row({ id: discordId, discordId, stripeCustomerId: `cus_${discordId}` })));
			const { members } = await people.readOf(
				many,
				many.map((id) => `cus_${id}`)
			);
			expect(members).toHaveLength(many.length);
		});
	});
}
