import { expect, test } from 'vitest';
import { originOf } from '../../../src/core/address/origin.ts';
import { Routes } from '../../../src/core/address/routes.ts';
import type { IfAddr } from '../../../src/core/address/row.ts';
import {
  IFA_F_MANAGETEMPADDR,
  IFA_F_NOPREFIXROUTE,
  IFA_F_PERMANENT,
  IFA_F_STABLE_PRIVACY,
  IFAPROT_KERNEL_RA,
} from '../../../src/core/wire/constants.ts';
import { defaultRoute, hop, prefix } from '../../fakes/routes.ts';
import { A, ifAddr } from '../../fakes/samples.ts';

const FOR_EVER: Partial<IfAddr> = {
  flags: IFA_F_PERMANENT,
  protocol: 0,
  preferredUntilSec: Number.POSITIVE_INFINITY,
};
const NO_ROUTES = new Routes([], []);
/** NetworkManager sets an on-link route `proto ra` for what a router advertised. */
const ADVERTISED = new Routes(
  [defaultRoute(2), defaultRoute(2, { destination: prefix('2a01:db8::/64'), protocol: 9, hops: [hop(2)] })],
  [],
);

test.each<[string, Partial<IfAddr>, Routes, string]>([
  ['the kernel made it of an advertisement', { ...FOR_EVER, protocol: IFAPROT_KERNEL_RA }, NO_ROUTES, 'slaac'],
  [
    'a manager, for temporary ones beside it',
    { ...FOR_EVER, flags: IFA_F_PERMANENT | IFA_F_MANAGETEMPADDR },
    NO_ROUTES,
    'slaac',
  ],
  [
    'with an interface identifier of RFC 7217',
    { ...FOR_EVER, flags: IFA_F_PERMANENT | IFA_F_STABLE_PRIVACY },
    NO_ROUTES,
    'slaac',
  ],
  ['a manager, of an advertisement, for a time', { protocol: 0, flags: IFA_F_NOPREFIXROUTE }, NO_ROUTES, 'slaac'],
  ['for ever by its flag, not by its lifetime', { ...FOR_EVER, preferredUntilSec: 1000 }, NO_ROUTES, 'slaac'],
  ['for ever by its lifetime, not by its flag', { ...FOR_EVER, flags: 0 }, NO_ROUTES, 'slaac'],
  ['for ever, in a prefix that a router advertised', FOR_EVER, ADVERTISED, 'slaac'],
  ['for ever, the prefix is advertised on another link', { ...FOR_EVER, ifIndex: 3 }, ADVERTISED, 'static'],
  ['for ever', FOR_EVER, NO_ROUTES, 'static'],
  ['a single address, for ever', { ...FOR_EVER, prefixLength: 128 }, NO_ROUTES, 'static'],
  ['a single address, leased', { protocol: 0, flags: 0, prefixLength: 128 }, NO_ROUTES, 'dhcpv6'],
  [
    'a single address, for ever by its flag only',
    { ...FOR_EVER, prefixLength: 128, preferredUntilSec: 1 },
    NO_ROUTES,
    'dhcpv6',
  ],
])('originOf: %s → who made it', (_, row, routes, origin) => {
  expect(originOf(ifAddr(A, 100, row), routes)).toBe(origin);
});
