import type { ResetInput } from '../../sandbox/control/reset.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { LIVE_KEY } from '../ground/key.js';

/** The whole sandbox with the bot, each in a process of its own; asked over the control API. */

const first = JSON.parse(process.argv[2] ?? '{}') as ResetInput;
const { env = {} } = first;
const sandbox = await Sandbox.start({ world: 'world' in first ? first.world : first, env, stripeKey: LIVE_KEY });
process.once('disconnect', async () => {
	await sandbox.stop();
	process.exit(0);
});
process.send?.({ url: sandbox.url });
