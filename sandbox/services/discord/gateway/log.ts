import { GatewayOpcodes } from 'discord-api-types/v10';
import type { RequestLog } from '../../core/request-log.js';
import { isRecord } from '../validate/form.js';
import type { Payload } from './connection.js';

/** Such as `REQUEST_GUILD_MEMBERS` for 8. */
export function opcodeName(op: number): string {
	const name: string | undefined = GatewayOpcodes[op];
	return name === undefined ? `OPCODE_${op}` : name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

/** Logs a payload from the bot without its token. */
export function logPayload(log: RequestLog, { op, d }: Payload): void {
	const body = isRecord(d) && 'token' in d ? { ...d, token: '***' } : d;
	log.add({ target: 'gateway', method: opcodeName(op), path: '/gateway', query: {}, body: { op, d: body } });
}
