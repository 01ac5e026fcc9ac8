import type { ResetInput } from '../../sandbox/control/reset.js';
import { Sandbox } from '../../sandbox/sandbox.js';
import { LIVE_KEY } from '../lib/rates.js';

/** The complete sandbox: it starts the bot as another process and is driven over the control API. */

const first = JSON.parse(process.argv[2] ?? '{}') as ResetInput;
const { env = {} } = first;
const starting = Sandbox.start({ world: 'world' in first ? first.world : first, env, stripeKey: LIVE_KEY });
process.once('disconnect', async () => {
	const sandbox = await starting.catch(() => null);
	await sandbox?.stop();
	process.exit(0);
});
process.send?.({ url: (await starting).url });
