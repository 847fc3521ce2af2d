import { formatReport, reportAddresses } from '../core/address/report.ts';
import { check, checkRefused, formatChecks, inspect } from '../shell/check.ts';
import { lookAtTable } from '../shell/table-feed.ts';

const own = { check, checkRefused, formatChecks, inspect, lookAtTable, reportAddresses, formatReport };

/** `ipv6ddns check`, and what `setup` takes of it. */
export type CheckPart = typeof own;

globalThis.part = own;
