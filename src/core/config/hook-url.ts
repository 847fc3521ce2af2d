import { failed, ok, type Result } from '../result.ts';
import { reach } from './base-url.ts';
import { Secret } from './secret.ts';
import type { HookSettings, NotifyFormat } from './settings.ts';

/** A URL that may hold a secret anywhere but in scheme, host and port. */
export interface HookUrl {
  readonly origin: string;
  readonly url: Secret;
}

/** Scheme, user information, host, port, path with query; no fragment. */
const HOOK_URL = /^(https?):\/\/(?:[^\s/?#@]*@)?(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?(?:[/?][!"$-~]*)?$/i;

/** A URL to notify. The error is a whole sentence for the user and repeats at most the host.
 *  Plain http is for receivers on this machine or this site, such as an Uptime Kuma beside it: what it carries (names,
 *  addresses, the receiver's own key) then stays there. */
export function hookUrl(text: string): Result<HookUrl, string> {
  const [, scheme = '', host = '', port] = HOOK_URL.exec(text) ?? [];
  if (host === '' || Number(port ?? 443) > 0xffff || Number(port) === 0) {
    return failed('found no URL (not shown: may be a secret); allowed are those such as https://hc-ping.com/your-uuid');
  }
  if (scheme.toLowerCase() === 'http' && reach(host.toLowerCase()) === 'anywhere') {
    return failed(
      `found http to ${host}; allowed is https, and http to localhost and to private, link-local and unique-local addresses`,
    );
  }
  const origin = `${scheme}://${host}${port === undefined ? '' : `:${port}`}`.toLowerCase();
  return ok({ origin, url: new Secret(text) });
}

/** How long healthchecks.io and Uptime Kuma wait by default is a day and 60 s; the first request comes 10 s after the
 *  start. */
const HEARTBEAT_SEC = { json: 0, healthchecks: 3600, 'uptime-kuma': 45 } as const satisfies Record<
  NotifyFormat,
  number
>;

/** Parameters of Uptime Kuma's push URL that the message replaces; it is shown with them. */
const KUMA_PARAMETERS = /^(?:status|msg|ping)(?:=|$)/;

/** What a receiver of that format is to be sent, as far as it is known beforehand.
 *  @param heartbeatSec null = the format's default; 0 = none */
export function hookSettings(
  { origin, url }: HookUrl,
  format: NotifyFormat,
  heartbeatSec: number | null,
): HookSettings {
  const seconds = heartbeatSec ?? HEARTBEAT_SEC[format];
  const [good, bad] = urlsFor(url.reveal(), format);
  const heartbeatMs = seconds === 0 ? null : seconds * 1000;
  return { format, origin, good: new Secret(good), bad: new Secret(bad), heartbeatMs };
}

function urlsFor(url: string, format: NotifyFormat): readonly [good: string, bad: string] {
  const [path = '', ...rest] = url.split('?');
  const query = rest.join('?');
  switch (format) {
    case 'json':
      return [url, url];
    case 'healthchecks':
      return [url, `${path.replace(/\/+$/, '')}/fail${query === '' ? '' : `?${query}`}`];
    default: {
      const kept = query.split('&').filter((parameter) => parameter !== '' && !KUMA_PARAMETERS.test(parameter));
      const push = (status: string) => `${path}?${[...kept, `status=${status}`, 'msg='].join('&')}`;
      return [push('up'), push('down')];
    }
  }
}
