import type { ResetInput } from '../../sandbox/control/reset.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { LIVE_KEY } from '../lib/key.js';

/** The whole sandbox with the bot, each in a process of its own; asked over the control API. */

const first = JSON.parse(process.argv[2] ?? '{}') as ResetInput;
const { env = {} } = first;
const starting = Sandbox.start({ world: 'world' in first ? first.world : first, env, stripeKey: LIVE_KEY });
process.once('disconnect', async () => {
	const sandbox = await starting.catch(() => null);
	await sandbox?.stop();
	process.exit(0);
});
process.send?.({ url: (await starting).url });
