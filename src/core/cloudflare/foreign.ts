import { cut, shown } from '../text.ts';
import { type HttpReply, header } from './http.ts';

/** HTTP status of a network that wants a log-in before anything else (RFC 6585 §6). */
export const LOG_IN_FIRST = 511;

/** What answered in place of the API, and what to do. It comes from Cloudflare's edge, which marks it, or from what stands
 *  between: the portal of a network, a proxy. */
export function describeForeign(reply: HttpReply): string {
  const { status } = reply;
  const target = status >= 300 && status < 400 ? header(reply, 'location') : null;
  if (status === LOG_IN_FIRST) return `the network wants a log-in first (a captive portal)${excerpt(reply)}`;
  if (target !== null) {
    return `redirected to "${shown(target)}", but the API never redirects: log in to the network if that is its captive portal, else look at the proxy or CLOUDFLARE_BASE_URL`;
  }
  const isPage =
    /^text\/html\b/i.test(header(reply, 'content-type') ?? '') || /^\s*<(?:!doctype|html)\b/i.test(reply.body);
  const promised = `the body is not the JSON that the API promises${excerpt(reply)}`;
  if (!isPage || header(reply, 'cf-ray') !== null) return promised;
  return `${promised}; it is a web page, of a captive portal that wants a log-in or of a proxy`;
}

/** The beginning of what is no envelope, without markup: a block page and a proxy say there what they want. */
function excerpt({ status, body }: HttpReply): string {
  const text =
    status < 300
      ? ''
      : cut(body, 4096)
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim();
  return text === '' ? '' : `: "${shown(text)}"`;
}
