import { describe } from 'vitest';
import { scenario } from './zone-script.ts';

describe('zone: its id is known, its name is not', () => {
  scenario(
    'zone: first creation → the zone’s name is asked for once',
    `
    0      want home=A www=A   → detected home=A · detected www=A · list home
    0.1    found -             → list www
    0.2    found -             → identify
    0.3    called example.com  → write home: create A, www: create A
    0.4    done                → synced home=A (create) · synced www=A (create)
    `,
    { zone: 'id', names: { home: {}, www: {} } },
  );

  scenario(
    'zone: nothing to create → its name is never asked for',
    `
    0      want home=A         → detected home=A · list home
    0.1    found r1=B          → write home: update r1 A
    0.2    done                → synced home=A (update)
    `,
    { zone: 'id' },
  );

  scenario(
    'zone: the name lies outside → refused before it is sent, the others go on',
    `
    0      want home=A www=A   → detected home=A · detected www=A · list home
    0.1    found -             → list www
    0.2    found r1=B          → identify
    0.3    called ple.com      → error home #1 · write www: update r1 A
    0.4    done                → synced www=A (update) · due 300.3
    `,
    { zone: 'id', names: { home: {}, www: {} } },
  );

  scenario(
    'zone: the token may not know the zone’s name → written all the same',
    `
    0      want home=A         → detected home=A · list home
    0.1    found -             → identify
    0.2    fails 403 9109      → write home: create A
    0.3    done                → synced home=A (create)
    `,
    { zone: 'id' },
  );

  scenario(
    'zone: the token may not know its name and it is another one, which is appended → removed again, and refused from then on',
    `
    0      want home=A www=A   → detected home=A · detected www=A · list home
    0.1    found -             → list www
    0.2    found r1=A          → synced www=A (found) · identify
    0.3    fails 403 9109      → write home: create A
    0.4    done in ple.com     → odd zone ple.com · write home: delete new0
    0.5    done                → error home #1 · due 300.5
    300.5  due                 → list home
    300.6  found -             → debug home #2 · due 900.6
    `,
    { zone: 'id', names: { home: {}, www: {} } },
  );

  scenario(
    'zone: no answer to what the zone is called → asked again',
    `
    0      want home=A         → detected home=A · list home
    0.1    found -             → identify
    0.2    lost                → warning zone #1 · due 0.7
    0.7    due                 → identify
    0.8    html 502            → warning zone #2 · due 1.8
    1.8    due                 → identify
    1.9    called example.com  → write home: create A
    `,
    { zone: 'id' },
  );

  scenario(
    'zone: the question what it is called is refused for good → written all the same',
    `
    0      want home=A www=A   → detected home=A · detected www=A · list home
    0.1    found r1=A          → synced home=A (found) · list www
    0.2    found -             → identify
    0.3    fails 404 0         → write www: create A
    0.4    done                → synced www=A (create)
    `,
    { zone: 'id', names: { home: {}, www: {} } },
  );

  scenario(
    'zone: the id from the settings is none (7003) → said so, retried slowly',
    `
    0      want home=A           → detected home=A · list home
    0.1    fails 404 7003        → error zone #1 · due 300.1
    300.1  due                   → list home
    `,
    { zone: 'id' },
  );
});
