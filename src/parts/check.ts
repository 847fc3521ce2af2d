import { formatReport, reportAddresses } from '../core/address/report.ts';
import { check, checkRefused, inspect } from '../shell/check.ts';
import { formatChecks } from '../shell/check-report.ts';
import { lookAtTable } from '../shell/table-feed.ts';

const own = { check, checkRefused, formatChecks, inspect, lookAtTable, reportAddresses, formatReport };

/** `ipv6ddns check`, and what `setup` takes of it. */
export type CheckPart = typeof own;

globalThis.part = own;
