import type { ApiRequest } from '../cloudflare/http.ts';

/** Below what one reply may hold (replies.ts, readZones), so that a full page can be told from too much. */
const ZONES_ON_A_PAGE = 40;

/** More are not asked for: a name in one of the others is looked up by itself. */
const MOST_PAGES = 50;

/** A page of all zones that the token may see. @param page from 1 */
export const listZones = (page: number): ApiRequest => ({
  method: 'GET',
  path: `/zones?per_page=${ZONES_ON_A_PAGE}&page=${page}`,
  body: null,
});

/** Whether there may be another page behind one with so many zones. */
export const mayGoOn = (page: number, count: number): boolean => count >= ZONES_ON_A_PAGE && page < MOST_PAGES;
