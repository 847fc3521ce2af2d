import { check, checkRefused } from '../shell/check.ts';

const own = { check, checkRefused };

/** `ipv6ddns check`. */
export type CheckPart = typeof own;

globalThis.part = own;
